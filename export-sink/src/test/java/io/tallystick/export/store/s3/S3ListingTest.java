// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoredObject;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.s3.S3Double.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/** What is found in a bucket, and which version of it. */
class S3ListingTest {
    private static final Instant UNTIL = Instant.parse("2099-01-01T00:00:00Z");

    private S3Double s3;
    private S3ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        s3 = new S3Double();
        store = open("");
    }

    @AfterEach
    void stop() {
        store.close();
        s3.close();
    }

    private S3ObjectStore open(String prefix) {
        S3Settings all = s3.settings(S3Settings.Condition.TRUSTED);
        return s3.open(
                new S3Settings(
                        all.bucket(),
                        prefix,
                        all.endpoint(),
                        all.region(),
                        all.pathStyle(),
                        LockMode.NONE,
                        all.kmsKey(),
                        all.condition(),
                        all.partBytes()),
                new Watched());
    }

    private static List<StoredObject> list(StoreListing listing, String prefix) throws IOException {
        List<StoredObject> found = new ArrayList<>();
        listing.list(prefix, found::add);
        return found;
    }

    private static String text(StoreListing listing, StoredObject object) throws IOException {
        try (InputStream in = listing.open(object).orElseThrow().in()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 1_000})
    void findsEachNameOnceWithItsOldestVersionWhereverAPageEnds(int page) throws Exception {
        // Given
        s3.pageMax(page);
        s3.putBehind("v1/a", "first");
        s3.putBehind("v1/a", "second!");
        s3.putBehind("v1/b", "only");
        s3.putBehind("v1/c", "hidden");
        s3.hideBehind("v1/c");
        s3.hideBehind("v1/d");
        s3.putBehind("v1/e", "last");
        s3.putBehind("v2/f", "elsewhere");

        // When
        List<StoredObject> found = list(store, "v1/");

        // Then
        assertThat(found)
                .extracting(StoredObject::name, StoredObject::bytes, StoredObject::ambiguous)
                .containsExactly(
                        tuple("v1/a", 5L, true),
                        tuple("v1/b", 4L, false),
                        tuple("v1/c", 6L, true),
                        tuple("v1/e", 4L, false));
        assertThat(text(store, found.get(0))).isEqualTo("first");
        assertThat(text(store, found.get(2))).isEqualTo("hidden");
    }

    @Test
    void namesAreRelativeToThePrefixOfTheStore() throws Exception {
        // Given
        s3.putBehind("ledger/v1/a", "mine");
        s3.putBehind("ledger2/v1/a", "not mine");
        try (S3ObjectStore below = open("ledger")) {
            // When
            List<StoredObject> found = list(below, "v1/");

            // Then
            assertThat(found).extracting(StoredObject::name).containsExactly("v1/a");
            assertThat(text(below, found.get(0))).isEqualTo("mine");
        }
    }

    @Test
    void showsTheLockOfWhatItOpens() throws Exception {
        // Given
        try (S3ObjectStore locking = s3.open(s3.settings(S3Settings.Condition.TRUSTED), new Watched())) {
            locking.putIfAbsent(
                    new ObjectName("v1/locked"), Content.of(new byte[] {1}), new Protection(UNTIL, false, ""));
        }
        s3.putBehind("v1/open", "x");
        List<StoredObject> found = list(store, "v1/");

        // When
        StoreListing.Opened locked = store.open(found.get(0)).orElseThrow();
        StoreListing.Opened open = store.open(found.get(1)).orElseThrow();
        locked.in().close();
        open.in().close();

        // Then
        assertThat(locked.lock()).hasValueSatisfying(lock -> {
            assertThat(lock.mode()).isEqualTo(LockMode.COMPLIANCE);
            assertThat(lock.until()).isEqualTo(UNTIL);
        });
        assertThat(open.lock()).isEqualTo(Optional.<ObjectLock>empty());
    }

    @Test
    void aModeThatNobodyKnowsIsNoLock() {
        assertThat(S3Requests.lock("1", "RELAXED", UNTIL, null))
                .hasValueSatisfying(lock -> assertThat(lock.mode()).isEqualTo(LockMode.NONE));
        assertThat(S3Requests.lock("1", "GOVERNANCE", UNTIL, null))
                .hasValueSatisfying(lock -> assertThat(lock.mode()).isEqualTo(LockMode.GOVERNANCE));
    }

    @Test
    void aLengthThatCannotBeIsAFaultOfTheStore() {
        ObjectVersion unsaid = ObjectVersion.builder().key("v1/a").build();
        ObjectVersion negative = unsaid.toBuilder().size(-1L).build();

        assertThatThrownBy(() -> S3Listing.bytes(unsaid))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no length of v1/a");
        assertThatThrownBy(() -> S3Listing.bytes(negative))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void whatWasRemovedSinceIsNotThere() throws Exception {
        // Given
        s3.putBehind("v1/a", "gone soon");
        StoredObject found = list(store, "v1/").get(0);

        // When
        s3.removeBehind("v1/a");

        // Then
        assertThat(store.open(found)).isEmpty();
    }

    @Test
    void aPassingFaultIsTriedAgainAndARefusalIsNot() throws Exception {
        // Given
        s3.putBehind("v1/a", "x");
        s3.script(seen -> seen.query().containsKey("versions"), Fault.SLOW_DOWN, Fault.INTERNAL);

        // Then
        assertThat(list(store, "v1/")).hasSize(1);
        s3.script(seen -> seen.query().containsKey("versions"), Fault.FORBIDDEN);
        assertThatThrownBy(() -> list(store, "v1/"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("LIST v1/ in s3://evidence")
                .hasMessageContaining("403 AccessDenied");
    }

    @Test
    void aVisitorEndsTheListing() {
        s3.putBehind("v1/a", "x");

        assertThatThrownBy(() -> store.list("v1/", object -> {
                    throw new IOException("enough");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("enough");
    }
}
