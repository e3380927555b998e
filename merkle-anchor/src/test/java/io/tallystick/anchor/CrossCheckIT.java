// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.EntryCodec;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Entries that do not follow the last one, in the real topic: everything stops, and nothing of the chain is signed. */
@ExtendWith(LedgerExtension.class)
class CrossCheckIT {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    private Path directory;

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();

    /** What is written after three good entries of chain 0, and at which sequence it is noticed. */
    private enum Fault {
        SEQUENCE_GAP(4, "tree size is 3, entry has sequence 4") {
            @Override
            void write(LedgerScript script, EntryChain chain, Instant now) {
                entry(script, chain, 4, EntryCodec.encode(chain.draft(4, chain.lastLeaf(), now)));
            }
        },
        WRONG_PREVIOUS_HASH(3, "entry names " + Hash.sha256() + " as previous") {
            @Override
            void write(LedgerScript script, EntryChain chain, Instant now) {
                entry(script, chain, 3, EntryCodec.encode(chain.draft(3, Hash.sha256(), now)));
            }
        },
        CHANGED_ENTRY(4, "as previous") {
            @Override
            void write(LedgerScript script, EntryChain chain, Instant now) {
                String genuine = new String(chain.next(now), StandardCharsets.UTF_8);
                byte[] changed = genuine.replace("event-3", "event-7").getBytes(StandardCharsets.UTF_8);
                entry(script, chain, 3, changed);
                entry(script, chain, 4, chain.next(now));
            }
        },
        RECORDED_GOES_BACK(3, "recorded went back") {
            @Override
            void write(LedgerScript script, EntryChain chain, Instant now) {
                entry(script, chain, 3, EntryCodec.encode(chain.draft(3, chain.lastLeaf(), NOON.plusSeconds(10))));
            }
        };

        private final long noticedAt;
        private final String words;

        Fault(long noticedAt, String words) {
            this.noticedAt = noticedAt;
            this.words = words;
        }

        abstract void write(LedgerScript script, EntryChain chain, Instant now);

        private static void entry(LedgerScript script, EntryChain chain, long seq, byte[] entry) {
            script.write(0, chain.id().toString(), script.feed(0).entry(chain, seq, entry));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everythingStopsAndNothingOfTheChainIsSigned(Fault fault, EmbeddedLedger broker) throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (TestLedger ledger = new TestLedger(broker, directory, LedgerScript.createdIn(NOON));
                AnchorApplication application = new AnchorApplication(ledger.config(), meters, fatal::add)) {
            LedgerScript script = new LedgerScript(ledger, NOON);
            script.writeWindow(0, 0, 1);
            application.start();
            script.awaitSealed(1, fatal);

            fault.write(script, script.chain(0), script.window(1).plusSeconds(1));
            script.end(1, 0);
            script.entry(1, script.window(1));
            script.end(1, 1);
            await().atMost(Duration.ofMinutes(2)).until(() -> !fatal.isEmpty());

            assertThat(fatal).singleElement().satisfies(thrown -> assertThat(thrown)
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContainingAll(
                            "chain " + script.chain(0).id() + ", sequence " + fault.noticedAt + ",", fault.words));
            assertThat(meters.get("ledger.chain.fork.detected").counter().count())
                    .isEqualTo(1);
            assertThat(ledger.registered()).hasSize(1);
            assertThat(ledger.checkpoints())
                    .filteredOn(checkpoint ->
                            checkpoint.getOrigin().equals(script.chain(0).id().origin(EntryChain.ORIGIN)))
                    .singleElement()
                    .satisfies(checkpoint -> assertThat(checkpoint.getSize()).isEqualTo(3));
        }
    }
}
