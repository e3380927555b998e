// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ObjectStoreContract;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.Watched;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/**
 * The contract on a real store with Object Lock, which {@code -Dledger.test.s3.endpoint} names; credentials come from the
 * environment. Makes the bucket {@code evidence} and leaves it. Run by the lane deploy/interop/worm.
 */
@EnabledIfSystemProperty(named = "ledger.test.s3.endpoint", matches = "http.+", disabledReason = "needs an S3 store")
class S3EndpointTest extends ObjectStoreContract {
    private static final Duration LOCK = Duration.ofMinutes(5);

    /** Each test has a part of the bucket to itself. */
    private String prefix;

    private static S3Settings settings(String prefix) {
        return new S3Settings(
                "evidence",
                prefix,
                Optional.of(URI.create(System.getProperty("ledger.test.s3.endpoint"))),
                Optional.of("us-east-1"),
                true,
                LockMode.COMPLIANCE,
                Optional.empty(),
                S3Settings.Condition.CHECKED,
                S3Settings.PART_BYTES_MIN);
    }

    @BeforeAll
    static void makeBucket() {
        try (S3Client client = S3Clients.open(settings(""))) {
            client.createBucket(create -> create.bucket("evidence").objectLockEnabledForBucket(true));
        } catch (BucketAlreadyOwnedByYouException e) {
            assertThat(e.statusCode()).isEqualTo(409); // of an earlier run
        }
    }

    @BeforeEach
    void choosePrefix() {
        prefix = "contract-" + UUID.randomUUID();
    }

    @Override
    protected ObjectStore open() throws IOException {
        return S3ObjectStore.open(settings(prefix), new Watched());
    }

    private static Protection protection() {
        return new Protection(Instant.now().plus(LOCK), false, "standard");
    }

    @Test
    void reportsTheLockItWasGiven() throws Exception {
        // Given
        ObjectName name = new ObjectName("v1/locked");
        Protection protection = protection();
        try (ObjectStore store = open()) {
            // When
            store.putIfAbsent(name, Content.of(new byte[] {1}), protection);

            // Then
            assertThat(store.lock(name)).hasValueSatisfying(lock -> {
                assertThat(lock.mode()).isEqualTo(LockMode.COMPLIANCE);
                assertThat(lock.until()).isEqualTo(protection.until());
            });
        }
    }

    @Test
    void locksALargeObjectToo(@TempDir Path directory) throws Exception {
        // Given
        byte[] bytes = new byte[(int) S3Settings.PART_BYTES_MIN + 1];
        new Random(7).nextBytes(bytes);
        Content content = Content.ofFile(Files.write(directory.resolve("f"), bytes), bytes.length, Hash.sha256(bytes));
        ObjectName name = new ObjectName("v1/large");
        Protection protection = protection();
        try (ObjectStore store = open()) {
            // When
            PutOutcome outcome = store.putIfAbsent(name, content, protection);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(store.read(name, bytes.length)).hasValue(bytes);
            assertThat(store.lock(name))
                    .hasValueSatisfying(lock -> assertThat(lock.until()).isEqualTo(protection.until()));
        }
    }
}
