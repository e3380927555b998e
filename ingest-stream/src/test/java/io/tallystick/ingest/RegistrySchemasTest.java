// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.ingest.decode.RegisteredSchema;
import io.tallystick.ingest.decode.Schemas.Lookup;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RegistrySchemasTest {
    private static final int MIB = 1024 * 1024;
    private static final int NOISY_IDS = 200;

    /** Knows what a test tells it, and nothing else. */
    private final class FakeRegistry implements RegistrySchemas.Registry {
        private final Map<Integer, Lookup> schemas = new HashMap<>();
        private final Map<Integer, Supplier<Throwable>> faults = new HashMap<>();
        private final List<Integer> asked = new ArrayList<>();
        private IntConsumer onLookUp = id -> {};
        private boolean closed;

        @Override
        public Optional<Lookup> lookUp(int id) throws IOException, RestClientException {
            asked.add(id);
            now += perLookup;
            Optional<Lookup> found = Optional.ofNullable(schemas.get(id));
            onLookUp.accept(id);
            Throwable fault = faults.containsKey(id) ? faults.get(id).get() : null;
            if (fault instanceof IOException e) {
                throw e;
            } else if (fault instanceof RestClientException e) {
                throw e;
            } else if (fault instanceof RuntimeException e) {
                throw e;
            } else if (fault instanceof Error e) {
                throw e;
            }
            return found;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final FakeRegistry registry = new FakeRegistry();
    private final HandDriven threads = new HandDriven();
    private final List<String> told = new ArrayList<>();
    private final Map<String, Set<Integer>> unknown = new HashMap<>();
    private long now = 1_000_000;
    private long perLookup;
    private final HandDriven timer = new HandDriven();
    private final RegistrySchemas schemas =
            new RegistrySchemas(registry, threads, timer, Duration.ofSeconds(1), () -> now);

    /** A schema whose text has this many characters. */
    private static Lookup found(int id, int length) {
        Lookup schema = RegisteredSchema.judge(id, "AVRO", " ".repeat(length - 5) + "\"int\"", false);
        assertThat(schema).isInstanceOf(Lookup.Found.class);
        return schema;
    }

    private void request(String tenant, int... ids) {
        schemas.request(tenant, IntStream.of(ids).boxed().toList(), of -> {
            told.add(tenant);
            unknown.put(tenant, of.keySet());
        });
    }

    /** Lets so much time pass that whoever has asked is told. */
    private void lag() {
        now += RegistrySchemas.LAG_MAX.toNanos();
        pass();
    }

    /** Lets the time pass that ids rest for, and looks up what is due then. @return how many waits ended */
    private int pass() {
        int ended = timer.pass();
        threads.run();
        return ended;
    }

    private boolean isFound(int id) {
        return schemas.byId(id) instanceof Lookup.Found;
    }

    private boolean isUnusable(int id) {
        return schemas.byId(id) instanceof Lookup.Unknown;
    }

    private boolean isPending(int id) {
        return schemas.byId(id) instanceof Lookup.Pending;
    }

    // ---- what is asked for, and when somebody is told

    @Test
    void schemaIsPendingUntilItIsAskedForAndKeptThen() {
        // Given
        registry.schemas.put(7, found(7, 100));
        assertThat(isPending(7)).isTrue();

        // When
        request("acme", 7);
        threads.run();

        // Then
        assertThat(told).containsExactly("acme");
        assertThat(isFound(7)).isTrue();
        assertThat(registry.asked).containsExactly(7);
    }

    @Test
    void whoAsksForSeveralIsToldWhenAllAreKnown() {
        // Given
        registry.schemas.put(7, found(7, 100));

        // When
        request("acme", 7, 8, 9);
        threads.step();
        threads.step();

        // Then
        threads.step();
        assertThat(told).isEmpty();
        lag();
        assertThat(told).containsExactly("acme");
        assertThat(isFound(7)).isTrue();
        assertThat(unknown.get("acme")).containsExactly(8, 9);
    }

    @Test
    void twoWhoNeedTheSameAreToldOfOneLookup() {
        // Given
        registry.schemas.put(7, found(7, 100));

        // When
        request("acme", 7);
        request("globex", 7);
        threads.run();

        // Then
        assertThat(told).containsExactly("acme", "globex");
        assertThat(registry.asked).containsExactly(7);
    }

    @Test
    void tenantOfManyIdsHoldsNobodyUp() {
        // Given
        registry.schemas.put(7, found(7, 100));
        request("noisy", IntStream.range(100, 100 + NOISY_IDS).toArray());

        // When
        request("quiet", 7);
        threads.step();
        threads.step();

        // Then
        assertThat(told).containsExactly("quiet");
    }

    @Test
    void idThatATenantOfManyHasInItsQueueHoldsNobodyUpEither() {
        // Given
        IntStream.range(100, 100 + NOISY_IDS).forEach(id -> registry.schemas.put(id, found(id, 100)));
        request("noisy", IntStream.range(100, 100 + NOISY_IDS).toArray());

        // When
        request("quiet", 100 + NOISY_IDS - 1);
        threads.step();
        threads.step();

        // Then
        assertThat(told).containsExactly("quiet");
        threads.run();
        assertThat(told).containsExactly("quiet", "noisy");
        assertThat(registry.asked).hasSize(NOISY_IDS).doesNotHaveDuplicates();
    }

    // ---- what is kept

    @Test
    void unusableSchemaIsKnownAtOnceAndKept() {
        // Given
        registry.schemas.put(7, RegisteredSchema.judge(7, "PROTOBUF", "message A {}", false));

        // When
        request("acme", 7);
        threads.run();

        // Then
        assertThat(told).containsExactly("acme");
        assertThat(isUnusable(7)).isTrue();
        assertThat(unknown.get("acme")).isEmpty();
    }

    @Test
    void unusableSchemasTakeNoRoomFromAnotherTenants() {
        // Given
        registry.schemas.put(7, found(7, 100));
        request("quiet", 7);
        threads.run();

        // When
        for (int id = 1000; id < 21_000; id++) {
            registry.schemas.put(id, RegisteredSchema.judge(id, "JSON", "{}", false));
            request("noisy", id);
            threads.run();
        }

        // Then
        assertThat(isFound(7)).isTrue();
        assertThat(isPending(1000)).as("the noisy tenant's oldest").isTrue();
    }

    @Test
    void schemasAreKeptByTheLengthOfTheirTexts() {
        // Given
        registry.schemas.put(7, found(7, 100));
        request("quiet", 7);
        threads.run();

        // When
        int large = (int) (RegistrySchemas.TEXT_KEPT_MAX / MIB);
        for (int id = 100; id < 100 + large; id++) {
            registry.schemas.put(id, found(id, MIB));
            request("noisy", id);
            threads.run();
        }

        // Then
        assertThat(isPending(100)).isTrue();
        assertThat(IntStream.range(101, 100 + large)).allMatch(this::isFound);
        assertThat(isFound(7)).isTrue();
    }

    @Test
    void shortSchemasAreCountedForWhatTheyTakeBesideTheirTexts() {
        // When
        int[] ids = IntStream.range(0, 20_000).toArray();
        for (int id : ids) {
            registry.schemas.put(id, found(id, 5));
            request("acme", id);
            threads.run();
        }

        // Then
        assertThat(IntStream.of(ids).filter(this::isFound).count()).isBetween(10_000L, 19_000L);
    }

    @Test
    void longSchemasAreAskedForAFewAtATime() {
        // Given
        int half = (int) RegistrySchemas.TEXT_ASKED_MAX / 2;
        IntStream.range(1, 9).forEach(id -> registry.schemas.put(id, found(id, half)));

        // When
        request("acme", 1, 2, 3, 4, 5, 6, 7, 8);
        threads.run();

        // Then
        assertThat(registry.asked).containsExactly(1, 2);
        assertThat(told).containsExactly("acme");
        assertThat(isFound(1) && isFound(2)).isTrue();
    }

    // ---- what the registry does not have

    @Test
    void idIsUnknownOnlyToWhoHasAskedTwice() {
        // Given
        request("acme", 7);
        threads.run();
        assertThat(registry.asked).containsExactly(7);
        assertThat(told).isEmpty();

        // When
        lag();

        // Then
        assertThat(registry.asked).containsExactly(7, 7);
        assertThat(told).containsExactly("acme");
        assertThat(unknown.get("acme")).containsExactly(7);
        assertThat(pass()).isZero();
    }

    @Test
    void idThatWasUnknownToAnotherIsLookedUpAgain() {
        // Given
        request("evil", 7);
        threads.run();
        lag();
        assertThat(unknown.get("evil")).containsExactly(7);
        registry.schemas.put(7, found(7, 100));

        // When
        request("good", 7);
        threads.run();

        // Then
        assertThat(told).containsExactly("evil", "good");
        assertThat(unknown.get("good")).isEmpty();
        assertThat(isFound(7)).isTrue();
    }

    @Test
    void whoComesWhileAnIdThatIsUnknownRestsHasItLookedUpAtOnce() {
        // Given
        request("evil", 7);
        threads.run();
        registry.schemas.put(7, found(7, 100));
        now++;

        // When
        request("good", 7);
        threads.run();

        // Then
        assertThat(told).containsExactlyInAnyOrder("evil", "good");
        assertThat(isFound(7)).isTrue();
        assertThat(registry.asked).containsExactly(7, 7);
        lag();
        assertThat(registry.asked).hasSize(2);
    }

    @Test
    void lookupThatBeganBeforeSomebodyAskedSaysNothingToHim() {
        // Given
        registry.onLookUp = id -> {
            // The lookup has seen nothing. Then the schema is registered and used.
            registry.onLookUp = none -> {};
            registry.schemas.put(7, found(7, 100));
            now++;
            request("good", 7);
        };

        // When
        request("evil", 7);
        threads.run();

        // Then
        assertThat(unknown.get("good")).isEmpty();
        assertThat(isFound(7)).isTrue();
    }

    @Test
    void lateComerIsNotToldByTheSecondLookupOfAnother() {
        // Given
        request("evil", 7);
        threads.run();
        now += RegistrySchemas.LAG_MAX.toNanos() - 1;
        request("good", 7);
        threads.run();

        // When
        now++;
        pass();

        // Then
        assertThat(told).containsExactly("evil");
        registry.schemas.put(7, found(7, 100));
        lag();
        assertThat(told).containsExactly("evil", "good");
        assertThat(unknown.get("good")).isEmpty();
    }

    @Test
    void followerOfTheRegistryMayLag() {
        // Given
        request("acme", 7, 8);
        threads.run();
        registry.schemas.put(7, found(7, 100));

        // When
        lag();

        // Then
        assertThat(isFound(7)).isTrue();
        assertThat(unknown.get("acme")).containsExactly(8);
    }

    @Test
    void manyWhoAskForTheSameUnknownIdAreServedByFewLookups() {
        // Given
        for (int i = 0; i < NOISY_IDS; i++) {
            request("noisy-" + i, 7);
        }
        threads.run();

        // When
        lag();

        // Then
        assertThat(told).hasSize(NOISY_IDS);
        assertThat(registry.asked).hasSize(2);
    }

    @Test
    void secondLookUpWaitsForNoFloodOfAnother() {
        // Given
        request("quiet", 7);
        threads.run();
        for (int partition = 0; partition < 100; partition++) {
            int first = 1000 + partition * NOISY_IDS;
            request("noisy", IntStream.range(first, first + NOISY_IDS).toArray());
        }

        // When
        now += RegistrySchemas.LAG_MAX.toNanos();
        timer.pass();
        threads.step();
        threads.step();

        // Then
        assertThat(told).containsExactly("quiet");
        assertThat(unknown.get("quiet")).containsExactly(7);
    }

    @Test
    void floodThatHasRestedHoldsUpNobodyEither() {
        // Given
        request("noisy", IntStream.range(1000, 1000 + NOISY_IDS).toArray());
        threads.run();
        request("quiet", 7);
        threads.run();

        // When
        now += RegistrySchemas.LAG_MAX.toNanos();
        timer.pass();
        threads.step();
        threads.step();

        // Then
        assertThat(told).containsExactly("quiet");
        threads.run();
        assertThat(told).containsExactly("quiet", "noisy");
    }

    @Test
    void lookUpThatFailedIsTriedAgainBesideAFlood() {
        // Given
        registry.faults.put(7, () -> new ConnectException("refused"));
        request("quiet", 7);
        threads.run();
        registry.faults.clear();
        registry.schemas.put(7, found(7, 100));
        request("noisy", IntStream.range(1000, 1000 + NOISY_IDS).toArray());

        // When
        timer.pass();
        threads.step();
        threads.step();

        // Then
        assertThat(told).containsExactly("quiet");
    }

    @Test
    void unknownIdsThatTookLongTogetherAreAllToldOf() {
        // Given
        perLookup = RegistrySchemas.LAG_MAX.toNanos() * 2 / 3;

        // When
        request("acme", 1, 2, 3, 4);
        threads.run();
        lag();

        // Then
        assertThat(told).containsExactly("acme");
        assertThat(unknown.get("acme")).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    // ---- faults

    static List<Throwable> faults() {
        return List.of(
                new ConnectException("refused"),
                new RestClientException("unavailable", 503, 50301),
                new NullPointerException("no schema in the answer"),
                new StackOverflowError(),
                new OutOfMemoryError("a schema that is too much"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whateverWentWrongIsTriedAgainAfterAWait(Throwable fault) {
        // Given
        registry.schemas.put(7, found(7, 100));
        registry.faults.put(7, () -> fault);
        request("acme", 7);
        threads.run();
        assertThat(registry.asked).containsExactly(7);
        pass();
        assertThat(registry.asked).containsExactly(7, 7);
        assertThat(told).isEmpty();

        // When
        registry.faults.clear();
        pass();

        // Then
        assertThat(told).containsExactly("acme");
        assertThat(isFound(7)).isTrue();
        assertThat(pass()).isZero();
    }

    @Test
    void othersAreNotAskedForWhileTheRegistryIsAway() {
        // Given
        IntStream.of(1, 2, 3).forEach(id -> registry.faults.put(id, () -> new ConnectException("refused")));

        // When
        request("acme", 1, 2, 3);
        threads.run();
        pass();
        pass();

        // Then
        assertThat(registry.asked).containsExactly(1, 1, 1);
        assertThat(told).isEmpty();
    }

    @Test
    void idThatFailsHoldsUpOnlyThoseWhoNeedItFirst() {
        // Given
        registry.schemas.put(1, found(1, 100));
        registry.schemas.put(3, found(3, 100));
        registry.faults.put(2, () -> new RestClientException("broken", 500, 50001));

        // When
        request("acme", 1, 2, 3);
        request("globex", 2);
        threads.run();

        // Then
        assertThat(told).containsExactly("acme");
        assertThat(isFound(1)).isTrue();
        registry.faults.clear();
        registry.schemas.put(2, found(2, 100));
        pass();
        assertThat(told).containsExactly("acme", "globex");
    }

    @Test
    void whoComesWhileAnIdRestsWaitsWithTheOthers() {
        // Given
        registry.faults.put(7, () -> new ConnectException("refused"));
        request("acme", 7);
        threads.run();

        // When
        request("globex", 7);
        threads.run();

        // Then
        assertThat(registry.asked).containsExactly(7);
        registry.faults.clear();
        registry.schemas.put(7, found(7, 100));
        pass();
        assertThat(told).containsExactlyInAnyOrder("acme", "globex");
        assertThat(registry.asked).containsExactly(7, 7);
    }

    @Test
    void whoWaitsWhenItIsClosedIsNotTold() {
        // Given
        registry.faults.put(7, () -> new ConnectException("refused"));
        request("acme", 7);
        threads.run();
        request("acme", 8);

        // When
        schemas.close();

        // Then
        assertThat(threads.isShutdown()).isTrue();
        assertThat(timer.isShutdown()).isTrue();
        assertThat(registry.closed).isTrue();
        request("acme", 9);
        pass();
        assertThat(told).isEmpty();
        assertThat(registry.asked).containsExactly(7);
    }
}
