// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.audit.BundleWalk;
import io.tallystick.export.audit.SelfAudit;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import io.tallystick.trust.Signatures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of audits: metrics, and signed statements in the operator's chain. */
class AuditThreadTest {
    private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

    @TempDir
    Path temp;

    private final SampleLedger ledger = new SampleLedger();
    private final List<CoreExport.WindowScript> script =
            CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final List<byte[]> sent = new ArrayList<>();
    private final KeptPlaces places = new KeptPlaces();
    private Instant now = NOW;
    private boolean brokerDown;
    private boolean bug;
    private ObjectStore store;
    private AuditThread thread;

    private static final class KeptPlaces implements AuditThread.Places {
        private Optional<BundleWalk.Progress> kept = Optional.empty();
        private int saves;
        private boolean gone;

        private void requireThere() {
            if (gone) {
                throw new KafkaException("made to fail");
            }
        }

        @Override
        public Optional<BundleWalk.Progress> load() {
            requireThere();
            return kept;
        }

        @Override
        public void save(BundleWalk.Progress progress) {
            requireThere();
            kept = Optional.of(progress);
            saves++;
        }
    }

    @BeforeEach
    void setUp() throws Exception {
        store = new ForwardingStore(DirectoryObjectStore.open(temp.resolve("bucket"))) {
            @Override
            public Optional<InputStream> open(ObjectName name) throws IOException {
                if (bug) {
                    throw new IllegalStateException("made to break");
                }
                return super.open(name);
            }
        };
        CoreExport.run(store, Files.createDirectory(temp.resolve("scratch")), script, ledger.bundleKey());
        thread = thread();
    }

    private AuditThread thread() throws Exception {
        Duration window = Duration.between(start(0), start(1));
        BundleWalk walk = new BundleWalk(1, window, new Random(1));
        walk.written("acme", start(2));
        return new AuditThread(
                walk,
                new SelfAudit(
                        store,
                        Files.write(temp.resolve("trust-root.json"), ledger.trustRoot()),
                        temp.resolve("audit"),
                        Set.of()),
                (statement, until) -> {
                    if (brokerDown) {
                        throw new KafkaException("made to fail");
                    }
                    sent.add(statement.encode(until, "s3://evidence", "0.1.0", ledger.bundleKey()));
                },
                places,
                new AuditMetrics(metrics, () -> now),
                new AuditThread.Pace(Duration.ofSeconds(1), Duration.ofHours(1)),
                () -> now);
    }

    @AfterEach
    void close() throws Exception {
        thread.close();
        store.close();
    }

    private Instant start(int window) {
        return script.get(window).sealed().window().start();
    }

    private void damage(int window) throws Exception {
        Path file = temp.resolve("bucket")
                .resolve(BundleLayout.bundleDir("acme", start(window)))
                .resolve(BundleLayout.MANIFEST_SIGNATURE);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    private double bundles(String verdict) {
        return metrics.get("ledger.export.audit.bundles")
                .tag("verdict", verdict)
                .counter()
                .count();
    }

    private double age() {
        return metrics.get("ledger.export.audit.last.success.age").gauge().value();
    }

    @Test
    void reportsEachHourWhatWasSound() throws Exception {
        // Given
        thread.once();
        thread.once();
        assertThat(sent).isEmpty();
        now = NOW.plus(Duration.ofHours(1));

        // When
        thread.once();

        // Then
        assertThat(bundles("sound")).isEqualTo(3);
        assertThat(sent).hasSize(1);
        JsonObject payload = JsonParser.parseObject(sent.get(0), 8);
        JsonObject signed = payload.object("signed");
        assertThat(signed.longValue("bundles")).isEqualTo(3);
        assertThat(signed.array("failed").size()).isZero();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes("tallystick/audit/v1\0".getBytes(UTF_8));
        message.writeBytes(Jcs.encode(signed));
        Signatures.verify(
                ledger.bundleKey().algorithm(),
                ledger.bundleKey().spki(),
                message.toByteArray(),
                Base64.getDecoder().decode(payload.string("sig")));
        assertThat(payload.string("keyId")).isEqualTo(ledger.bundleKey().keyId());
    }

    @Test
    void reportsAtOnceWhatFailed() throws Exception {
        // Given
        damage(2);

        // When
        thread.once();

        // Then
        assertThat(bundles("failed")).isEqualTo(1);
        assertThat(new String(sent.get(0), UTF_8)).contains("\"exitCode\":1", "\"tenant\":\"acme\"", "report");
    }

    @Test
    void ageGrowsUntilABundleIsSound() throws Exception {
        // Given
        damage(2);
        now = NOW.plusSeconds(100);
        thread.once();
        assertThat(age()).isEqualTo(100);

        // When
        thread.once();

        // Then
        assertThat(age()).isZero();
    }

    @Test
    void keepsWhatCouldNotBeReported() throws Exception {
        // Given
        damage(2);
        brokerDown = true;
        thread.once();
        brokerDown = false;
        now = NOW.plus(Duration.ofHours(2));

        // When
        thread.once();

        // Then
        assertThat(sent).hasSize(1);
        assertThat(JsonParser.parseObject(sent.get(0), 8).object("signed").longValue("bundles"))
                .isEqualTo(2);
    }

    @Test
    void beginsAnewAtTheEndOfTheWayBack() {
        // When: three bundles, nothing, and the newest again
        for (int i = 0; i < 5; i++) {
            thread.once();
        }

        // Then
        assertThat(bundles("sound")).isEqualTo(4);
    }

    @Test
    void goesOnAfterARestartWhereItWas() throws Exception {
        // Given: two of three, then another process each time
        thread.once();
        thread.once();
        thread.close();

        // When
        thread = thread();
        damage(0);
        thread.once();

        // Then: not the newest again
        assertThat(bundles("failed")).isEqualTo(1);
        assertThat(new String(sent.get(sent.size() - 1), UTF_8))
                .contains(start(0).toString().substring(0, 16));
    }

    @Test
    void keepsWhereItIsEveryMinute() {
        // Given
        thread.once();
        assertThat(places.saves).isZero();
        now = NOW.plusSeconds(60);

        // When
        thread.once();
        thread.once();

        // Then
        assertThat(places.saves).isEqualTo(1);
        assertThat(places.kept.orElseThrow().places().get("acme").next()).isEqualTo(start(0));
    }

    @Test
    void waitsUntilItKnowsWhereItWas() {
        // Given: what it does not know it must not write over
        places.gone = true;
        thread.once();
        assertThat(bundles("sound")).isZero();
        places.gone = false;

        // When
        thread.once();
        thread.close();

        // Then
        assertThat(places.saves).isEqualTo(1);
        assertThat(places.kept.orElseThrow().places().get("acme").next()).isEqualTo(start(1));
    }

    private void remove(int window) throws Exception {
        Path folder = temp.resolve("bucket").resolve(BundleLayout.bundleDir("acme", start(window)));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void wholeWayBack() {
        for (int i = 0; i < 4; i++) {
            thread.once();
        }
        assertThat(bundles("sound")).isEqualTo(3);
    }

    @Test
    void missesNothingThatWasDisposedOfAfterItsRetention() throws Exception {
        // Given: all were there once; the retention of the first two has ended
        wholeWayBack();
        remove(0);
        remove(1);
        now = start(2).plus(Duration.ofDays(3650)).plusMillis(1);

        // When: the newest, nothing and so once more the first that is left, and the newest again
        for (int i = 0; i < 3; i++) {
            thread.once();
        }

        // Then
        assertThat(bundles("failed")).isZero();
        assertThat(bundles("sound")).isEqualTo(6);
    }

    @Test
    void missesWhatIsGoneBeforeItsRetentionEnds() throws Exception {
        // Given: that of the window before has ended, that of the window itself not
        wholeWayBack();
        remove(0);
        remove(1);
        now = start(2).plus(Duration.ofDays(3650));

        // When
        thread.once();
        thread.once();

        // Then: the newest lacks the one before it, told twice; and that one is missing
        assertThat(bundles("failed")).isEqualTo(3);
        assertThat(new String(sent.get(1), UTF_8)).contains("no complete bundle");
    }

    @Test
    void missesWhatNoSoundBundleExcuses() throws Exception {
        // Given
        wholeWayBack();
        remove(1);
        damage(2);
        now = start(2).plus(Duration.ofDays(3650)).plusMillis(1);

        // When
        thread.once();
        thread.once();

        // Then: what does not verify excuses nothing
        assertThat(new String(sent.get(1), UTF_8)).contains("no complete bundle");
    }

    @Test
    void goesOnAfterATrustRootThatCannotBeRead() throws Exception {
        // Given
        Files.writeString(temp.resolve("trust-root.json"), "{");

        // When
        thread.once();
        Files.write(temp.resolve("trust-root.json"), ledger.trustRoot());
        thread.once();

        // Then: nothing false was signed
        assertThat(bundles("unread")).isEqualTo(1);
        assertThat(bundles("sound")).isEqualTo(1);
        assertThat(sent).isEmpty();
    }

    @Test
    void doesNotBlameTheStoreForWhatBreaksInTheAudit() throws Exception {
        // Given
        bug = true;
        thread.once();
        bug = false;
        assertThat(sent).isEmpty();
        now = NOW.plus(Duration.ofHours(1));

        // When
        thread.once();

        // Then
        assertThat(bundles("error")).isEqualTo(1);
        assertThat(bundles("unread")).isZero();
        assertThat(bundles("failed")).isZero();
        assertThat(bundles("sound")).isEqualTo(1);
        JsonObject signed = JsonParser.parseObject(sent.get(0), 8).object("signed");
        assertThat(signed.longValue("bundles")).isEqualTo(1);
        assertThat(signed.longValue("errors")).isEqualTo(1);
        assertThat(new String(sent.get(0), UTF_8)).contains("\"exitCode\":70", "made to break");
    }

    @Test
    void tellsAtItsEndWhatNobodyWasToldOf() throws Exception {
        // Given: something sound, and then what cannot be reported at once
        thread.once();
        damage(1);
        brokerDown = true;
        thread.once();
        brokerDown = false;
        assertThat(sent).isEmpty();

        // When
        thread.close();
        thread.close();

        // Then
        assertThat(sent).hasSize(1);
        JsonObject signed = JsonParser.parseObject(sent.get(0), 8).object("signed");
        assertThat(signed.longValue("bundles")).isEqualTo(2);
        assertThat(signed.array("failed").size()).isEqualTo(1);
    }

    @Test
    void endsThoughNobodyCanBeTold() {
        // Given
        thread.once();
        brokerDown = true;

        // When
        thread.close();

        // Then
        assertThat(sent).isEmpty();
        assertThat(metrics.getMeters()).isEmpty();
    }

    @Test
    void itsMetricsSayWhatTheyCount() {
        assertThat(metrics.getMeters())
                .isNotEmpty()
                .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotEmpty());
    }

    @Test
    void takesItsMetricsAlong() {
        // When
        thread.close();

        // Then
        assertThat(metrics.getMeters()).isEmpty();
    }
}
