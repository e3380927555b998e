// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * RocksDB for a few hundred bytes a chain: 16 MiB for all stores of the process, whatever the number of partitions. Streams'
 * own defaults are up to 98 MiB for each.
 */
public final class SmallRocksDb implements RocksDBConfigSetter {
    static final long MEMORY_BYTES = 16L << 20;
    private static final long MEMTABLES_BYTES = 8L << 20;
    private static final long MEMTABLE_BYTES = 1L << 20;

    /** Shared by all stores; lives as long as the process. */
    private static final Cache CACHE = new LRUCache(MEMORY_BYTES);

    private static final WriteBufferManager MEMTABLES = new WriteBufferManager(MEMTABLES_BYTES, CACHE);

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig tables = (BlockBasedTableConfig) options.tableFormatConfig();
        tables.setBlockCache(CACHE);
        tables.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(tables);
        options.setWriteBufferManager(MEMTABLES);
        options.setWriteBufferSize(MEMTABLE_BYTES);
        options.setMaxWriteBufferNumber(2);
    }

    /** Nothing: cache and memtable budget are shared. */
    @Override
    public void close(String storeName, Options options) {}
}
