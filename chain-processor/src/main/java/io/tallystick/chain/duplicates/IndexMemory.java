// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Memory of all duplicate indexes of a process, whatever their number. Three quarters of the budget are RocksDB's: blocks, their
 * filters, unwritten keys. A quarter is on the heap, for {@link StoredFilter}s, taken as they grow.
 *
 * <p>Close it after the indexes. Safe for use by several threads.
 */
public final class IndexMemory implements AutoCloseable {
    /** The smallest budget that works: RocksDB rounds small caches up. */
    public static final long BYTES_MIN = 8L << 20;

    private static final double FILTER_BITS = 10;
    private static final int FILES_OPEN_MAX = 64;

    /** An index's first filter is one of so many that there is memory for: 256 KiB with the default budget. */
    private static final int FILTERS_FIRST = 64;

    static {
        RocksDB.loadLibrary();
    }

    private final long bytes;
    private final AtomicLong filterBytes;
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
        this.filterBytes =
                new AtomicLong(Math.min(bytes / 4, Runtime.getRuntime().maxMemory() / 8));
        this.cache = new LRUCache(bytes - bytes / 4);
        this.unwritten = new WriteBufferManager(bytes / 4, cache);
    }

    /** The budget. */
    public long bytes() {
        return bytes;
    }

    /** Size of the filter of an index that holds nothing yet. */
    long filterBytesFirst() {
        return Math.max(StoredFilter.BYTES_MIN, Long.highestOneBit(bytes / 4 / FILTERS_FIRST));
    }

    /** Takes memory for a filter; false if there is not so much left. */
    boolean takeFilter(long wanted) {
        return filterBytes.getAndUpdate(left -> left >= wanted ? left - wanted : left) >= wanted;
    }

    void giveBackFilter(long taken) {
        filterBytes.addAndGet(taken);
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
