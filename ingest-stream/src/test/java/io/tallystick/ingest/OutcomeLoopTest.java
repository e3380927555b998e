// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static io.tallystick.ingest.OutcomeWorld.partition;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.entry.RejectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutcomeLoopTest {
    private static final int TENANTS = 1_000;

    private final OutcomeWorld world = new OutcomeWorld();

    private static List<Long> upTo(long seq) {
        return LongStream.rangeClosed(1, seq).boxed().toList();
    }

    private static List<String> tenants(int count) {
        return IntStream.range(0, count).mapToObj(i -> "tenant-" + i).toList();
    }

    @Test
    void tenantsThatBeginTogetherAreCaughtUpInOneReading() throws Exception {
        // Given
        List<String> tenants = tenants(TENANTS);
        IntStream.range(0, 10).forEach(round -> tenants.forEach(tenant -> world.event(round % 2, tenant)));
        int records = 10 * TENANTS;
        world.holdLookUps();
        world.start(0, 1);
        world.turnUntil(world::isAllRead);
        assertThat(tenants).allSatisfy(tenant -> assertThat(world.told(tenant)).isEmpty());

        // When
        world.answerLookUps();
        world.turnUntil(
                () -> tenants.stream().allMatch(tenant -> world.told(tenant).size() == 10));

        // Then
        assertThat(world.side.recordsRead()).isLessThanOrEqualTo(records + records / 10);
        // Each partition has an order of its own.
        assertThat(tenants)
                .allSatisfy(tenant -> assertThat(world.told(tenant)).containsExactlyInAnyOrderElementsOf(upTo(10)));
    }

    @Test
    void tenantThatIsCaughtUpIsServedWithTheOthersAgain() throws Exception {
        // Given
        world.event(0, "acme");
        world.start(0);
        world.turnUntil(() -> world.told("acme").size() == 1);
        long read = world.side.recordsRead();

        // When
        IntStream.range(0, 50).forEach(i -> world.event(0, "acme"));
        world.turnUntil(() -> world.told("acme").size() == 51);

        // Then
        assertThat(world.told("acme")).isEqualTo(upTo(51));
        assertThat(world.side.recordsRead()).isEqualTo(read);
    }

    @Test
    void newTenantsDoNotWaitForOneWithMuchToRead() throws Exception {
        // Given
        int backlog = 50_000;
        IntStream.range(0, backlog).forEach(i -> world.event(0, "slow"));
        world.committed.put(partition(0), new OffsetAndMetadata(backlog, "stalled slow:0"));
        List<String> tenants = tenants(20);
        tenants.forEach(tenant -> world.event(0, tenant));
        world.start(0);

        // When
        world.turnUntil(
                () -> tenants.stream().noneMatch(tenant -> world.told(tenant).isEmpty()));

        // Then
        assertThat(world.told("slow")).hasSizeBetween(1, 5 * OutcomeSlice.RECORDS_MAX);
        world.turnUntil(() -> world.told("slow").size() == backlog);
        assertThat(world.told("slow")).isEqualTo(upTo(backlog));
    }

    @Test
    void tenantsThatStoppedFarApartAreReadForOnceAndALittle() throws Exception {
        // Given
        List<String> tenants = tenants(100);
        for (int i = 0; i < 50_000; i++) {
            world.event(0, tenants.get(i % 100));
        }
        StringBuilder stops = new StringBuilder("stalled");
        // A tenth of the tenants stopped every 5,000 records.
        for (int i = 0; i < 100; i++) {
            stops.append(" tenant-").append(i).append(':').append(i % 10 * 5_000);
        }
        world.committed.put(partition(0), new OffsetAndMetadata(50_000, stops.toString()));
        world.start(0);

        // When
        world.turnUntil(
                () -> tenants.stream().allMatch(tenant -> world.told(tenant).contains(500L)));
        world.turnUntil(() -> world.committed.get(partition(0)).metadata().isEmpty());

        // Then
        assertThat(world.side.recordsRead()).isLessThan(4 * 50_000);
        for (int i = 0; i < 100; i++) {
            long first = i % 10 * 50L + 1;
            assertThat(world.told("tenant-" + i))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(first, 500).boxed().toList());
        }
    }

    @Test
    void tenantThatDoesNotAcknowledgeHoldsUpNobody() throws Exception {
        // Given
        world.silent.add("silent");
        for (int i = 0; i < 1_000; i++) {
            world.event(0, "silent");
            world.event(0, "acme");
        }
        world.start(0);

        // When
        world.turnUntil(() -> world.told("acme").size() == 1_000);
        world.event(0, "late");
        world.event(0, "acme");
        world.turnUntil(
                () -> world.told("late").size() == 1 && world.told("acme").size() == 1_001);

        // Then
        assertThat(world.onTheirWay("silent")).isBetween(1, 100);
        assertThat(world.told("acme")).isEqualTo(upTo(1_001));
        world.settleAll("silent", false);
        world.event(0, "acme");
        world.turnUntil(() -> world.told("acme").size() == 1_002);
        world.silent.clear();
        world.settleAll("silent", false);
        world.turnUntil(() -> world.told("silent").size() == 1_000);
        assertThat(world.told("silent")).isEqualTo(upTo(1_000));
    }

    @Test
    void failureOfARecordSentAgainTakesItsTenantBackThere() throws Exception {
        // Given
        world.silent.add("acme");
        IntStream.range(0, 3).forEach(i -> world.event(0, "acme"));
        world.start(0);
        world.turnUntil(() -> world.onTheirWay("acme") == 3);

        // When
        world.event(0, "acme");
        world.turnUntil(() -> world.onTheirWay("acme") == 4);
        world.settle("acme", true);
        world.settle("acme", false);
        world.settle("acme", true);
        world.settle("acme", true);
        world.silent.clear();
        world.turnUntil(() -> world.told("acme").size() == 6);

        // Then
        assertThat(world.told("acme")).containsExactly(1L, 3L, 4L, 2L, 3L, 4L);
        world.turnUntil(() -> new OffsetAndMetadata(4).equals(world.committed.get(partition(0))));
    }

    @Test
    void commitDoesNotPassWhatIsOnItsWayAgain() throws Exception {
        // Given
        world.silent.add("acme");
        world.event(0, "acme");
        world.event(0, "globex");
        world.start(0);

        // When
        world.turnUntil(
                () -> world.onTheirWay("acme") == 1 && world.told("globex").size() == 1);
        world.turnUntil(() -> new OffsetAndMetadata(2, "stalled acme:0").equals(world.committed.get(partition(0))));

        // Then
        world.silent.clear();
        world.start(0);
        world.turnUntil(() -> !world.told("acme").isEmpty());
        assertThat(world.told("globex")).containsExactly(1L);
    }

    @Test
    void tenantThatDoesNotAcknowledgeHoldsUpNoRevocationAndNobodyIsToldAgain() throws Exception {
        // Given
        world.event(0, "silent");
        world.event(0, "acme");
        world.start(0);
        world.turnUntil(
                () -> world.told("silent").size() == 1 && world.told("acme").size() == 1);
        world.silent.add("silent");
        world.event(0, "silent");
        world.event(0, "acme");
        world.turnUntil(
                () -> world.onTheirWay("silent") == 1 && world.told("acme").size() == 2 && world.isAllRead());

        // When
        world.revoke();

        // Then
        assertThat(world.committed.get(partition(0))).isEqualTo(new OffsetAndMetadata(4, "stalled silent:2"));
        world.silent.clear();
        world.settleAll("silent", true);
        world.take(0);
        world.turnUntil(() -> world.told("silent").size() == 3);
        assertThat(world.told("silent")).containsExactly(1L, 2L, 2L);
        assertThat(world.told("acme")).containsExactly(1L, 2L);
    }

    @Test
    void refusalsOfTheSequencerAreCountedOnceTheTenantHasThem() throws Exception {
        // Given
        world.silent.add("acme");
        world.rejected(0, "acme", RejectReason.DUPLICATE);
        world.rejected(0, "acme", RejectReason.NOT_JSON);
        world.rejected(0, "acme", RejectReason.HEAD_MISMATCH);
        world.event(0, "acme");
        world.rejected(0, "globex", RejectReason.CONFLICT);
        world.start(0);

        // When
        world.turnUntil(
                () -> world.onTheirWay("acme") == 4 && world.told("globex").size() == 1);
        world.turns(1);

        // Then
        assertThat(world.refused).containsExactly("globex:conflict");
        world.settleAll("acme", true);
        world.turns(1);
        assertThat(world.refused).containsExactly("globex:conflict", "acme:duplicate", "acme:head-mismatch");
    }

    /** Whatever fails, waits, stops or moves: no outcome is skipped, and none is told last before an earlier one. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void nothingIsSkipped(long seed) throws Exception {
        Random random = new Random(seed);
        List<String> tenants = tenants(1 + random.nextInt(10));
        world.start(0, 1);
        for (int step = 0; step < 300; step++) {
            disturb(random, tenants);
            world.turns(random.nextInt(3));
        }
        world.silent.clear();
        tenants.forEach(tenant -> world.settleAll(tenant, true));
        tenants.forEach(tenant -> world.event(partitionOf(tenant), tenant));
        world.turnUntil(() -> world.isAllRead()
                && world.committed.values().stream()
                        .allMatch(at -> at.metadata().isEmpty())
                && tenants.stream().allMatch(tenant -> world.told(tenant).contains(world.last(tenant))));

        for (String tenant : tenants) {
            List<Long> told = world.told(tenant);
            List<Long> last = new ArrayList<>(upTo(world.last(tenant)));
            last.sort((one, other) -> Integer.compare(told.lastIndexOf(one), told.lastIndexOf(other)));
            assertThat(told).containsAll(upTo(world.last(tenant)));
            assertThat(last).isEqualTo(upTo(world.last(tenant)));
        }
    }

    private static int partitionOf(String tenant) {
        return tenant.hashCode() & 1;
    }

    private void disturb(Random random, List<String> tenants) {
        String tenant = tenants.get(random.nextInt(tenants.size()));
        switch (random.nextInt(12)) {
            case 0 -> world.silent.add(tenant);
            case 1 -> world.silent.remove(tenant);
            case 2 -> world.settleAll(tenant, false);
            case 3 -> world.settle(tenant, false);
            case 4 -> world.settle(tenant, true);
            case 5 -> move(random);
            default ->
                IntStream.range(0, random.nextInt(100)).forEach(i -> {
                    String of = tenants.get(random.nextInt(tenants.size()));
                    world.event(partitionOf(of), of);
                });
        }
    }

    private void move(Random random) {
        switch (random.nextInt(8)) {
            case 0 -> world.start(0, 1);
            case 1 -> {
                world.lose();
                world.take(0, 1);
            }
            case 2 -> {
                world.revoke();
                world.take(0, 1);
            }
            default -> {
                // Most of the time nothing moves.
            }
        }
    }
}
