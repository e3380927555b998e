// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB in a directory of its own, with a write-ahead log that is not forced to disk: after the death of the process it holds
 * all that was written, after that of the machine some earlier state, whole batches in the order written. RocksDB's lock keeps a
 * second process out.
 *
 * <p>For one thread.
 */
final class IndexStore implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(IndexStore.class);
    private static final Set<Status.Code> DAMAGE =
            EnumSet.of(Status.Code.Corruption, Status.Code.InvalidArgument, Status.Code.NotFound);
    private static final String FILE_BYTES = "rocksdb.total-sst-files-size";

    private final Path directory;
    private final Options options;
    private final WriteOptions unforced = new WriteOptions().setSync(false);
    private RocksDB db;

    /**
     * Opens the directory, or makes it. What cannot be read is thrown away.
     *
     * @throws UncheckedIOException if another process has it open, or it cannot be made
     */
    IndexStore(Path directory, IndexMemory memory) {
        this.directory = directory;
        this.options = memory.options();
        try {
            Files.createDirectories(directory);
            db = open();
        } catch (RocksDBException e) {
            requireDamage(e);
            LOGGER.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("error", e.getMessage())
                    .log("duplicate index cannot be read; it is made anew from the entries topic");
            destroy();
            db = reopen();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private RocksDB open() throws RocksDBException {
        return RocksDB.open(options, directory.toString());
    }

    private RocksDB reopen() {
        try {
            return open();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** A lock or a full disk is no damage: nothing is thrown away for it. A file that is missing is. */
    private void requireDamage(RocksDBException e) {
        Status status = e.getStatus();
        if (status == null || !(DAMAGE.contains(status.getCode()) || lacksManifest())) {
            throw failed(e);
        }
    }

    /** Whether the manifest that is named as the current one is not there, which RocksDB tells as an error of input and output. */
    private boolean lacksManifest() {
        Path current = directory.resolve("CURRENT");
        try {
            return Files.exists(current)
                    && Files.notExists(
                            directory.resolve(Files.readString(current).strip()));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void destroy() {
        try {
            RocksDB.destroyDB(directory.toString(), options);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Forgets everything. */
    void clear() {
        db.close();
        destroy();
        db = reopen();
    }

    /** The value, or null. */
    byte[] get(byte[] key) {
        try {
            return db.get(key);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** All of it or, after a crash, nothing. */
    void write(WriteBatch batch) {
        try {
            db.write(unforced, batch);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Every key that begins so, in order. */
    void scan(byte[] prefix, BiConsumer<byte[], byte[]> pairs) {
        scan(prefix, prefix, (key, value) -> {
            pairs.accept(key, value);
            return true;
        });
    }

    /**
     * Keys that begin so, in order, for as long as they are wanted.
     *
     * @param from the first
     * @param wanted whether another one is
     */
    void scan(byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> wanted) {
        // Read once: it must not push out of the cache what look-ups need.
        try (ReadOptions once = new ReadOptions().setFillCache(false);
                RocksIterator all = db.newIterator(once)) {
            boolean more = true;
            for (all.seek(from); more && all.isValid() && startsWith(all.key(), prefix); all.next()) {
                more = wanted.test(all.key(), all.value());
            }
            all.status();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Moves what was written from the log to files, so that the next start need not read it again. */
    void flush() {
        try (FlushOptions how = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)) {
            db.flush(how);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Bytes of its files. */
    long bytes() {
        try {
            return db.getLongProperty(FILE_BYTES);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(Exception e) {
        return new UncheckedIOException(new IOException(
                "duplicate index " + directory + ": " + e.getMessage()
                        + "; is its disk full, or another instance at work on this state.dir?",
                e));
    }

    @Override
    public void close() {
        db.close();
        unforced.close();
        options.close();
    }
}
