// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.tallystick.avro.Boundary;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.export.EntriesReading;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.Compressors;
import io.tallystick.export.assemble.DataFile;
import io.tallystick.export.assemble.DataFileWriter;
import io.tallystick.export.assemble.PartitionWindow;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Exports one window by the exporter's own code, in the calling thread: records decoded, checked, spooled, digested, compressed
 * and stored in a directory of its own, durably. Or compresses and digests its content, and nothing else.
 */
final class ExportPass implements AutoCloseable {
    private static final byte[] KEY = EntryRecords.CHAIN.toString().getBytes(UTF_8);
    private static final int LEVEL = 3;
    private static final int CHUNK = 32 * 1024;

    private final Path directory;
    private final EntryRecords records;
    private List<DataFile> files = List.of();
    private String folder = "";

    /** @param records of the window */
    ExportPass(EntryRecords records) throws IOException {
        this.directory = Files.createTempDirectory("bench-export");
        this.records = records;
    }

    /**
     * Exports the window.
     *
     * @return CPU time of this thread
     */
    Duration export() throws IOException {
        PartitionWindow window = new PartitionWindow(
                Files.createDirectory(directory.resolve("spool")),
                BundleLayout.DATA_BYTES_MAX,
                Compressors.ofExporter(),
                Optional.empty(),
                List.of());
        try (DirectoryObjectStore store = DirectoryObjectStore.open(bucket());
                EntriesReading reading = new EntriesReading(window, Rig.PARTITIONS)) {
            DataFileWriter writer = new DataFileWriter(store, (tenant, windowEnd) -> Protection.NONE);
            long begin = cpu();
            for (int offset = 0; offset < records.size(); offset++) {
                Optional<Boundary> ended = reading.take(record(offset));
                if (ended.isPresent()) {
                    stored(reading.end(ended.get(), writer));
                }
            }
            return Duration.ofNanos(cpu() - begin);
        }
    }

    private ConsumerRecord<String, SpecificRecord> record(int offset) {
        return new ConsumerRecord<>(
                EntryRecords.TOPIC, EntryRecords.PARTITION, offset, new String(KEY, UTF_8), records.decode(offset));
    }

    private void stored(List<ChainSegment> segments) {
        files = segments.get(0).files();
        folder = BundleLayout.bundleDir(EntryRecords.CHAIN.tenant(), EntryRecords.WINDOW_START);
    }

    private Path bucket() {
        return directory.resolve("bucket");
    }

    /** Content of the data files, in pieces; call after {@link #export}. */
    List<byte[]> content() throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        for (DataFile file : files) {
            Path stored = bucket().resolve(folder).resolve(file.stored().name());
            try (InputStream in = new ZstdInputStream(Files.newInputStream(stored))) {
                for (byte[] chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
                    chunks.add(chunk);
                }
            }
        }
        return chunks;
    }

    /** Digest of the content as the exporter says, of a window with one data file. */
    Hash digest() {
        return files.get(0).content().sha256();
    }

    /** What the baseline took, and found. */
    record Baseline(Duration cpu, Hash digest) {}

    /** Compresses the content with the exporter's settings and digests it, and keeps nothing. */
    static Baseline baseline(List<byte[]> content) throws IOException {
        long begin = cpu();
        MessageDigest digest = Hash.newDigest();
        try (ZstdOutputStream out = new ZstdOutputStream(OutputStream.nullOutputStream(), LEVEL)) {
            out.setChecksum(true);
            for (byte[] chunk : content) {
                digest.update(chunk);
                out.write(chunk);
            }
        }
        return new Baseline(Duration.ofNanos(cpu() - begin), Hash.of(digest.digest()));
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Removes what was written. */
    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
