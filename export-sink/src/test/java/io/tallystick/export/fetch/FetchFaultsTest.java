// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoredObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A store that fails, a folder that goes away, and a fetch that is stopped. */
class FetchFaultsTest extends GoldenFetch {
    @Test
    void aBrokenTransferIsRepeated() throws Exception {
        // Given
        bucket.cutShortOnce(WINDOW + "manifest.json");

        // When
        fetchAll();

        // Then
        requireGolden();
        assertThat(bucket.gets(WINDOW + "manifest.json")).isEqualTo(2);
    }

    @Test
    void whatIsCutShortEveryTimeIsAFaultOfTheStore() throws Exception {
        bucket.cutShort(WINDOW + "manifest.json");

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(ScratchException.class)
                .hasMessageContaining(WINDOW + "manifest.json");
    }

    @Test
    void anObjectThatVanishesIsNoFaultOfTheEvidence() {
        bucket.beforeGet(WINDOW + "manifest.sig", () -> bucket.remove(WINDOW + "manifest.sig"));

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("manifest.sig was listed and is not there any more");
    }

    @Test
    void aRefusalOfTheStoreIsAFaultOfTheStore() {
        bucket.forbid();

        assertThatThrownBy(this::fetchAll).isInstanceOf(IOException.class).hasMessageContaining("403");
    }

    @Test
    void aBucketThatIsNotThereIsAFaultOfTheStore() {
        bucket.vanish();

        assertThatThrownBy(this::fetchAll).isInstanceOf(IOException.class).hasMessageContaining("NoSuchBucket");
    }

    @Test
    void aFolderThatWasTakenAwayIsNotMadeAgain() throws Exception {
        // Given
        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        BucketFetch.Progress takenAway = (objects, objectsAll, bytes, bytesAll) -> {
            try {
                Files.move(scratch, folder.resolve("gone"));
            } catch (IOException e) {
                assertThat(scratch).doesNotExist(); // the second time
            }
        };

        // Then
        assertThatThrownBy(() -> new BucketFetch(store, takenAway).into(scratch, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(ScratchException.class);
        assertThat(scratch).doesNotExist();
    }

    /** The first object that is asked for fails, every time; the others wait. */
    private static final class Stuck implements StoreListing {
        private final StoreListing store;
        private final AtomicReference<String> broken = new AtomicReference<>();
        private final AtomicInteger waiting = new AtomicInteger();

        Stuck(StoreListing store) {
            this.store = store;
        }

        @Override
        public void list(String prefix, Visitor visitor) throws IOException {
            store.list(prefix, visitor);
        }

        @Override
        public Optional<Opened> open(StoredObject object) throws IOException {
            broken.compareAndSet(null, object.name());
            if (object.name().equals(broken.get())) {
                throw new IOException("broken");
            }
            waiting.incrementAndGet();
            try {
                TimeUnit.SECONDS.sleep(2);
            } catch (InterruptedException e) {
                throw new InterruptedIOException("interrupted");
            } finally {
                waiting.decrementAndGet();
            }
            return store.open(object);
        }

        @Override
        public void close() {}
    }

    @Test
    void nobodyIsAtWorkAnyMoreOnceAFetchHasFailed() {
        Stuck stuck = new Stuck(store);

        assertThatThrownBy(() -> new BucketFetch(stuck, SILENT).into(folder, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(IOException.class);
        assertThat(stuck.waiting).hasValue(0);
    }

    @Test
    void stoppedItEndsSoon() throws Exception {
        // Given
        AtomicInteger seen = new AtomicInteger();
        BucketFetch[] fetch = new BucketFetch[1];
        fetch[0] = new BucketFetch(store, (objects, objectsAll, bytes, bytesAll) -> {
            seen.incrementAndGet();
            fetch[0].stop();
        });

        // Then
        assertThatThrownBy(() -> fetch[0].into(folder, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("stopped");
        assertThat(seen.get()).isLessThan(golden.size());
    }
}
