// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.s3.S3Double.Fault;
import io.tallystick.export.store.s3.S3Double.Seen;
import io.tallystick.export.store.s3.S3Settings.Condition;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes with an object on its way into the bucket: lock, digest, encryption, in one piece and in parts. */
class S3ObjectTest {
    private static final ObjectName NAME = new ObjectName("v1/tenant=acme/chain-0000-00000.ndjson.zst");
    private static final Instant UNTIL = Instant.parse("2099-01-01T00:00:00.5Z");
    private static final Instant UNTIL_KEPT = Instant.parse("2099-01-01T00:00:01Z");
    private static final Protection PROTECTION = new Protection(UNTIL, true, "steuer \u00a7147");
    private static final int LARGE = (int) S3Settings.PART_BYTES_MIN * 2 + 17;

    @TempDir
    Path directory;

    private final Watched watch = new Watched();
    private S3Double s3;

    private S3ObjectStore open(S3Double.Trait... traits) throws IOException {
        s3 = new S3Double(traits);
        return s3.open(s3.settings(Condition.CHECKED), watch);
    }

    @AfterEach
    void stop() {
        s3.close();
    }

    private static boolean isPart(Seen seen) {
        return seen.query().containsKey("partNumber");
    }

    private Content large() throws IOException {
        byte[] bytes = new byte[LARGE];
        new Random(7).nextBytes(bytes);
        return Content.ofFile(Files.write(directory.resolve("large"), bytes), LARGE, Hash.sha256(bytes));
    }

    @Test
    void locksAndHoldsWithThePutItself() throws Exception {
        // Given
        try (S3ObjectStore store = open()) {
            // When
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), PROTECTION);

            // Then
            Map<String, String> headers = s3.seen().stream()
                    .filter(Seen::isPut)
                    .findFirst()
                    .orElseThrow()
                    .headers();
            assertThat(headers)
                    .containsEntry("if-none-match", "*")
                    .containsEntry("x-amz-object-lock-mode", "COMPLIANCE")
                    .containsEntry("x-amz-object-lock-retain-until-date", UNTIL_KEPT.toString())
                    .containsEntry("x-amz-object-lock-legal-hold", "ON")
                    .containsEntry("x-amz-meta-ledger-retention-class", "steuer+%C2%A7147")
                    .containsKey("x-amz-checksum-sha256");
            assertThat(store.lock(NAME)).hasValue(new ObjectLock("v1", LockMode.COMPLIANCE, UNTIL_KEPT, true));
        }
    }

    @Test
    void locksNothingInABucketWithoutLocks() throws Exception {
        // Given
        s3 = new S3Double();
        S3Settings locked = s3.settings(Condition.CHECKED);
        S3Settings plain = new S3Settings(
                locked.bucket(),
                "copies/one",
                locked.endpoint(),
                locked.region(),
                true,
                LockMode.NONE,
                Optional.of("arn:aws:kms:eu-central-1:1:key/1"),
                Condition.CHECKED,
                S3Settings.PART_BYTES_MIN);
        try (S3ObjectStore store = s3.open(plain, watch)) {
            // When
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), PROTECTION);

            // Then
            Seen put = s3.seen().stream().filter(Seen::isPut).findFirst().orElseThrow();
            assertThat(put.key()).isEqualTo("copies/one/" + NAME.path());
            assertThat(put.headers())
                    .doesNotContainKeys("x-amz-object-lock-mode", "x-amz-object-lock-legal-hold")
                    .containsEntry("x-amz-server-side-encryption", "aws:kms")
                    .containsEntry("x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-central-1:1:key/1");
            assertThat(store.lock(NAME)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = S3Double.Trait.class,
            names = {"IGNORES_CONDITION", "FORGETS_LOCKS_OF_PARTS"})
    void storesALargeObjectInPartsUnderItsLock(S3Double.Trait trait) throws Exception {
        // Given
        try (S3ObjectStore store = open(trait)) {
            Content content = large();

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, content, PROTECTION);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(s3.oldestDigests()).containsEntry(NAME.path(), content.sha256());
            assertThat(s3.seen()).filteredOn(S3ObjectTest::isPart).hasSize(3).allSatisfy(part -> assertThat(
                            part.headers())
                    .containsKey("x-amz-checksum-sha256"));
            assertThat(store.lock(NAME))
                    .hasValueSatisfying(lock -> assertThat(lock.until()).isEqualTo(UNTIL_KEPT));
        }
    }

    @Test
    void givesUpAnUploadWhosePartsFail() throws Exception {
        // Given
        try (S3ObjectStore store = open()) {
            Content content = large();
            s3.script(S3ObjectTest::isPart, Fault.FORBIDDEN);

            // When / Then
            assertThatThrownBy(() -> store.putIfAbsent(NAME, content, PROTECTION))
                    .isInstanceOf(IOException.class);
            assertThat(s3.openUploads()).isZero();
            assertThat(store.exists(NAME)).isFalse();
        }
    }

    @Test
    void beginsAnUploadAgainWhenAPartWasLost() throws Exception {
        // Given
        try (S3ObjectStore store = open()) {
            Content content = large();
            s3.script(S3ObjectTest::isPart, Fault.SLOW_DOWN, Fault.LOST);

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, content, PROTECTION);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(s3.openUploads()).isZero();
            assertThat(s3.oldestDigests()).containsEntry(NAME.path(), content.sha256());
        }
    }

    @Test
    void findsALargeObjectWhoseLastAnswerWasLost() throws Exception {
        // Given
        try (S3ObjectStore store = open(S3Double.Trait.IGNORES_CONDITION)) {
            s3.script(Seen::completes, Fault.LOST);

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, large(), PROTECTION);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(s3.versionCount()).isEqualTo(1);
        }
    }

    @Test
    void protectsWhatIsThereLongerAndStricterNeverLess() throws Exception {
        // Given
        Instant later = UNTIL_KEPT.plusSeconds(86_400);
        try (S3ObjectStore store = open()) {
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), new Protection(UNTIL, false, ""));

            // When / Then
            assertThat(store.protect(NAME, new Protection(later, false, ""))).isTrue();
            assertThat(store.lock(NAME)).hasValue(new ObjectLock("v1", LockMode.COMPLIANCE, later, false));
            assertThat(store.protect(NAME, PROTECTION)).isTrue();
            assertThat(store.lock(NAME)).hasValue(new ObjectLock("v1", LockMode.COMPLIANCE, later, true));
            assertThat(store.protect(NAME, new Protection(UNTIL, false, ""))).isTrue();
            assertThat(store.protect(NAME, Protection.NONE)).isTrue();
            assertThat(store.lock(NAME)).hasValue(new ObjectLock("v1", LockMode.COMPLIANCE, later, true));
            assertThat(s3.seen().stream()
                            .filter(seen -> seen.query().containsKey("retention")
                                    || seen.query().containsKey("legal-hold")))
                    .as("what is protected already is left alone")
                    .hasSize(2);
            assertThat(s3.versionCount()).isEqualTo(1);
        }
    }

    @Test
    void protectsTheVersionThatCountsAndNothingThatIsNotThere() throws Exception {
        // Given
        try (S3ObjectStore store = open()) {
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), new Protection(UNTIL, false, ""));
            s3.putBehind(NAME.path(), "another");

            // When
            boolean there = store.protect(NAME, PROTECTION);
            boolean nothing = store.protect(new ObjectName("v1/nothing"), PROTECTION);

            // Then
            assertThat(there).isTrue();
            assertThat(store.lock(NAME)).hasValue(new ObjectLock("v1", LockMode.COMPLIANCE, UNTIL_KEPT, true));
            assertThat(nothing).isFalse();
            assertThat(s3.texts("v1/nothing")).isEmpty();
        }
    }

    @Test
    void aLockThatCannotBeMadeLongerIsNotPassedOver() throws Exception {
        // Given
        try (S3ObjectStore store = open()) {
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), new Protection(UNTIL, false, ""));
            s3.script(seen -> seen.query().containsKey("retention"), Fault.FORBIDDEN);

            // When / Then
            assertThatThrownBy(() -> store.protect(NAME, new Protection(UNTIL_KEPT.plusSeconds(1), false, "")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("AccessDenied");
        }
    }

    @Test
    void storesNoLargeObjectThatChangedOnItsWay() throws Exception {
        // Given
        try (S3ObjectStore store = open()) {
            Content announced = Content.ofFile(
                    Files.write(directory.resolve("f"), new byte[LARGE]), LARGE, Hash.sha256(new byte[] {1}));

            // When / Then
            assertThatThrownBy(() -> store.putIfAbsent(NAME, announced, PROTECTION))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("content changed");
            assertThat(s3.openUploads()).isZero();
            assertThat(store.exists(NAME)).isFalse();
        }
    }
}
