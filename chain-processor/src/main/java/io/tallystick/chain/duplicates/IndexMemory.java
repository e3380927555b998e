// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Memory of all duplicate indexes of a process, whatever their number: blocks, filters and unwritten keys count against one
 * budget.
 *
 * <p>Close it after the indexes. Safe for use by several threads.
 */
public final class IndexMemory implements AutoCloseable {
    /** The smallest budget that works: RocksDB rounds small caches up. */
    public static final long BYTES_MIN = 8L << 20;

    private static final double FILTER_BITS = 10;
    private static final int FILES_OPEN_MAX = 64;

    static {
        RocksDB.loadLibrary();
    }

    private final long bytes;
    private final LRUCache cache;
    private final WriteBufferManager unwritten;
    private final BloomFilter filter = new BloomFilter(FILTER_BITS, false);

    /**
     * @param bytes budget, at least {@link #BYTES_MIN}
     * @throws IllegalArgumentException if it is less
     */
    public IndexMemory(long bytes) {
        if (bytes < BYTES_MIN) {
            throw new IllegalArgumentException("duplicate indexes need at least " + BYTES_MIN + " bytes, got " + bytes);
        }
        this.bytes = bytes;
        this.cache = new LRUCache(bytes);
        this.unwritten = new WriteBufferManager(bytes / 4, cache);
    }

    /** The budget. */
    public long bytes() {
        return bytes;
    }

    /** Of one index. A lookup of what is not there, the usual case, ends at the filter. */
    Options options() {
        BlockBasedTableConfig tables = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true)
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true);
        return new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(tables)
                .setWriteBufferManager(unwritten)
                .setWriteBufferSize(Math.min(8L << 20, bytes / 8))
                .setMaxWriteBufferNumber(2)
                .setMaxOpenFiles(FILES_OPEN_MAX)
                .setKeepLogFileNum(2);
    }

    @Override
    public void close() {
        unwritten.close();
        cache.close();
        filter.close();
    }
}
