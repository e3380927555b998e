// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.assemble.Evidence;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.s3.S3Double.Fault;
import io.tallystick.export.store.s3.S3Double.Seen;
import io.tallystick.export.store.s3.S3Settings.Condition;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong between us and a store: success that is told twice, another attempt, or an end; never another object. */
class S3FaultsTest {
    private static final ObjectName NAME = new ObjectName("v1/tenant=acme/manifest.json");
    private static final String KEY = NAME.path();
    private static final byte[] OURS = "ours".getBytes(UTF_8);

    private final Watched watch = new Watched();
    private S3Double s3;

    private S3ObjectStore open(Condition condition, S3Double.Trait... traits) throws IOException {
        s3 = new S3Double(traits);
        return s3.open(s3.settings(condition), watch);
    }

    @AfterEach
    void stop() {
        s3.close();
    }

    private static PutOutcome put(S3ObjectStore store) throws IOException {
        return store.putIfAbsent(NAME, Content.of(OURS), Protection.NONE);
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void adoptsAnEqualObjectThatIsThere(Condition condition) throws Exception {
        // Given
        try (S3ObjectStore store = open(condition)) {
            s3.putBehind(KEY, "ours");

            // When
            new Evidence(store).put(NAME, OURS, Protection.NONE);

            // Then
            assertThat(s3.texts(KEY)).containsExactly("ours");
        }
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void stopsAtAnotherObjectThatIsThere(Condition condition) throws Exception {
        // Given
        try (S3ObjectStore store = open(condition)) {
            s3.putBehind(KEY, "theirs");

            // When / Then
            assertThatThrownBy(() -> new Evidence(store).put(NAME, OURS, Protection.NONE))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining(KEY);
            assertThat(s3.texts(KEY)).containsExactly("theirs");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"CONFLICT", "SLOW_DOWN", "INTERNAL", "INCOMPLETE"})
    void triesAgainWhatPasses(Fault fault) throws Exception {
        // Given
        try (S3ObjectStore store = open(Condition.CHECKED)) {
            s3.script(Seen::isPut, fault, fault);

            // When
            PutOutcome outcome = put(store);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(s3.texts(KEY)).containsExactly("ours");
            assertThat(s3.pauses()).hasSize(2).isSorted();
        }
    }

    @Test
    void leavesAStoreThatStaysBusyToTheExporter() throws Exception {
        // Given
        try (S3ObjectStore store = open(Condition.TRUSTED)) {
            s3.script(Seen::isPut, Fault.SLOW_DOWN, Fault.SLOW_DOWN, Fault.SLOW_DOWN, Fault.SLOW_DOWN, Fault.SLOW_DOWN);

            // When / Then
            assertThatThrownBy(() -> put(store))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(KEY, "503", "SlowDown");
            assertThat(s3.texts(KEY)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void findsWhatItStoredWhenTheAnswerWasLost(Condition condition) throws Exception {
        // Given: a store that would store it twice
        try (S3ObjectStore store = open(condition, S3Double.Trait.IGNORES_CONDITION)) {
            s3.script(Seen::isPut, Fault.LOST);

            // When
            PutOutcome outcome = put(store);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(s3.texts(KEY)).containsExactly("ours");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"FORBIDDEN", "EXPIRED"})
    void doesNotInsistWhereItIsRefused(Fault fault) throws Exception {
        // Given
        try (S3ObjectStore store = open(Condition.CHECKED)) {
            s3.script(Seen::isPut, fault);

            // When / Then
            assertThatThrownBy(() -> put(store))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(KEY, "credentials");
            assertThat(s3.seen()).filteredOn(Seen::isPut).hasSize(1);
            assertThat(put(store)).isEqualTo(PutOutcome.CREATED);
        }
    }

    @Test
    void noticesWhatAStoreLost() throws Exception {
        // Given
        try (S3ObjectStore store = open(Condition.CHECKED)) {
            s3.script(Seen::isPut, Fault.TRUNCATED);

            // When / Then
            assertThatThrownBy(() -> put(store))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("2 of the 4 bytes");
            assertThatThrownBy(() -> new Evidence(store).put(NAME, OURS, Protection.NONE))
                    .isInstanceOf(LedgerIntegrityException.class);
            assertThat(s3.texts(KEY)).containsExactly("ou");
        }
    }

    @Test
    void readsTheOldestVersionAndReportsTheSecond() throws Exception {
        // Given
        try (S3ObjectStore store = open(Condition.CHECKED)) {
            put(store);
            s3.putBehind(KEY, "forged");

            // When
            byte[] read = store.read(NAME, 100).orElseThrow();

            // Then
            assertThat(read).isEqualTo(OURS);
            assertThat(watch.reports()).contains("ambiguous " + KEY);
        }
    }

    @Test
    void loserOfARaceThatTheStoreDidNotStopIsTold() throws Exception {
        // Given: another writer stores between our look and our PUT
        try (S3ObjectStore store = open(Condition.CHECKED, S3Double.Trait.IGNORES_CONDITION)) {
            s3.beforeNext(Seen::isPut, () -> s3.putBehind(KEY, "theirs"));

            // When
            PutOutcome outcome = put(store);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(store.read(NAME, 100)).hasValue("theirs".getBytes(UTF_8));
            assertThat(watch.reports()).contains("ambiguous " + KEY);
        }
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void aHiddenVersionIsTheOneThatCountsWhateverTheCondition(Condition condition) throws Exception {
        // Given: somebody who may delete, but not by version
        try (S3ObjectStore store = open(condition)) {
            Protection protection = new Protection(Instant.parse("2099-01-01T00:00:00Z"), false, "");
            store.putIfAbsent(NAME, Content.of(OURS), protection);
            s3.hideBehind(KEY);

            // When
            PutOutcome outcome = put(store);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(store.read(NAME, 100)).hasValue(OURS);
            assertThat(store.exists(NAME)).isTrue();
            assertThat(store.lock(NAME))
                    .hasValueSatisfying(lock -> assertThat(lock.until()).isEqualTo(protection.until()));
            assertThat(s3.texts(KEY)).as("and the delete marker").containsExactly("ours", "");
            assertThat(watch.reports()).contains("ambiguous " + KEY);
        }
    }

    @Test
    void aTrustedConditionSavesTheListingAfterAPutAndWithoutLocksEveryListing() throws Exception {
        // Given
        try (S3ObjectStore store = open(Condition.TRUSTED)) {
            // When
            put(store);

            // Then
            assertThat(s3.seen()).extracting(S3FaultsTest::listsVersions).containsExactly(true, false);
        }
        S3Settings locked = s3.settings(Condition.TRUSTED);
        S3Settings plain = new S3Settings(
                locked.bucket(),
                "copies",
                locked.endpoint(),
                locked.region(),
                true,
                LockMode.NONE,
                Optional.empty(),
                Condition.TRUSTED,
                S3Settings.PART_BYTES_MIN);
        try (S3ObjectStore store = s3.open(plain, watch)) {
            put(store);
            assertThat(store.read(NAME, 100)).hasValue(OURS);
            assertThat(s3.seen().stream().filter(S3FaultsTest::listsVersions)).hasSize(1);
        }
    }

    private static boolean listsVersions(Seen seen) {
        return seen.query().containsKey("versions");
    }

    @Test
    void refusesABucketThatIsNotThere() throws Exception {
        // Given
        try (S3ObjectStore store = open(Condition.TRUSTED)) {
            s3.script(seen -> seen.method().equals("GET"), Fault.NO_BUCKET);

            // When / Then
            assertThatThrownBy(() -> store.read(NAME, 100))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NoSuchBucket");
        }
    }
}
