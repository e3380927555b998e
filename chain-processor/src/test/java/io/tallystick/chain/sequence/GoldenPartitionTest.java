// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.OTHER_TOPIC_ID;
import static io.tallystick.chain.sequence.Given.TOPIC_ID;
import static io.tallystick.chain.sequence.Given.at;
import static io.tallystick.chain.sequence.Given.claim;
import static io.tallystick.chain.sequence.Given.control;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.gap;
import static io.tallystick.chain.sequence.Given.rebind;
import static io.tallystick.chain.sequence.Given.rejected;
import static io.tallystick.chain.sequence.Given.tick;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.LedgerEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** The same input gives the same bytes for ever: {@code golden/partition.txt} never changes. */
class GoldenPartitionTest {
    private static PartitionRun run() {
        PartitionRun run = PartitionRun.begin();
        run.offer(CHAIN, claim(0, 3), at(0));
        run.offer(
                CHAIN,
                event(0, 0, 2)
                        .setTime("2026-11-21T03:14:00Z")
                        .setProducer("urn:shop")
                        .build(),
                at(5));
        run.offer(CHAIN, event(0, 0, 2).build(), at(6));
        run.offer(CHAIN, rejected(1, 3, 2).build(), at(1_000));
        run.offer(CHAIN, event(9, 9, 2).build(), at(1_001));
        run.offer(CHAIN, gap(4, 9).build(), at(1_002));
        run.offer(null, tick(), at(90_000));
        run.offer(CHAIN, control("ledger.hold"), at(80_000));
        run.offer(CHAIN, rebind(TOPIC_ID, OTHER_TOPIC_ID).build(), at(90_001));
        run.offer(CHAIN, event(0, 7, 0).setTopicId(OTHER_TOPIC_ID).build(), at(90_002));
        run.offer(null, tick(), at(150_000));
        return run;
    }

    private static String line(SpecificRecord record) {
        return record instanceof LedgerEntry entry
                ? entry.getPseq() + " epoch " + entry.getLeaderEpoch() + " "
                        + UTF_8.decode(entry.getEntry().duplicate())
                : record.getSchema().getName() + " " + record;
    }

    @Test
    void theSameInputGivesTheSameBytes() throws IOException {
        // Given
        String golden;
        try (InputStream in = GoldenPartitionTest.class.getResourceAsStream("/golden/partition.txt")) {
            golden = new String(in.readAllBytes(), UTF_8);
        }

        // When
        PartitionRun run = run();

        // Then
        assertThat(run.records.stream().map(GoldenPartitionTest::line).collect(Collectors.joining("\n", "", "\n")))
                .isEqualTo(golden);
        EntriesOracle.check(run.records);
    }
}
