// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.ZstdFrames;
import io.tallystick.entry.ChainId;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores data files. A file that is there already, perhaps from another release's compressor, is adopted if its content
 * is the same and its stored form one that the verifier takes; the digest of its stored form is then that of the object
 * that is there.
 */
public final class DataFileWriter implements PartitionWindow.Files {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ObjectStore store;
    private final Keeping keeping;

    /** Says how long a tenant's files are kept. */
    public interface Keeping {
        /** @param windowEnd of the window they belong to */
        Protection of(String tenant, Instant windowEnd);
    }

    /** Finds descriptors. */
    public interface Tenants {
        /** @throws io.tallystick.topic.LedgerIntegrityException if there is no such tenant */
        TenantDescriptor find(String tenant);
    }

    /**
     * @param store where the files go
     * @param keeping how long they are kept there
     */
    public DataFileWriter(ObjectStore store, Keeping keeping) {
        this.store = store;
        this.keeping = keeping;
    }

    @Override
    public List<DataFile> store(ChainId chain, Manifest.Window window, List<SpooledFile> files) throws IOException {
        String directory = BundleLayout.bundleDir(chain.tenant(), window.start());
        Protection protection = keeping.of(chain.tenant(), window.end());
        List<DataFile> stored = new ArrayList<>();
        for (SpooledFile file : files) {
            String name = BundleLayout.dataFile(chain.partition(), file.number());
            Manifest.DataFile content = new Manifest.DataFile(name, file.bytes(), file.lines(), file.sha256());
            stored.add(new DataFile(content, put(directory, name + BundleLayout.STORED_SUFFIX, file, protection)));
        }
        return stored;
    }

    private ExportRecord.StoredFile put(String directory, String path, SpooledFile file, Protection protection)
            throws IOException {
        ObjectName name = ObjectName.in(directory, path);
        if (store.putIfAbsent(name, file.compressed(), protection) == PutOutcome.CREATED) {
            return new ExportRecord.StoredFile(
                    path, file.compressed().length(), file.compressed().sha256());
        }
        ExportRecord.StoredFile adopted = adopt(name, path, file);
        Evidence.protect(store, name, protection);
        return adopted;
    }

    private ExportRecord.StoredFile adopt(ObjectName name, String path, SpooledFile file) throws IOException {
        Metered stored = new Metered(store.open(name).orElseThrow(() -> Evidence.vanished(name)));
        ZstdFrames frames = new ZstdFrames(stored, BundleLayout.storedBytesMax(file.bytes()));
        Metered content;
        try (ZstdInputStreamNoFinalizer decompressed = new ZstdInputStreamNoFinalizer(frames)) {
            decompressed.setLongMax(ZstdFrames.WINDOW_LOG_MAX);
            content = new Metered(decompressed);
            content.skipTo(file.bytes() + 1);
        } catch (ZstdFrames.FrameException | ZstdIOException e) {
            throw Evidence.fork(
                    name,
                    "a zstd stream of content SHA-256 " + file.sha256(),
                    "what no verifier takes for one: " + e.getMessage());
        }
        Hash found = content.digest();
        if (content.count != file.bytes() || !found.equals(file.sha256())) {
            throw Evidence.fork(
                    name,
                    "content of " + file.bytes() + " bytes, SHA-256 " + file.sha256(),
                    content.count + " bytes or more, " + found);
        }
        return new ExportRecord.StoredFile(path, stored.count, stored.digest());
    }

    /** Counts and digests what passes through. */
    private static final class Metered extends DigestInputStream {
        private long count;

        private Metered(InputStream in) {
            super(in, Hash.newDigest());
        }

        /** Reads to the end, or to {@code position} if the end is not before it. */
        private void skipTo(long position) throws IOException {
            byte[] buffer = new byte[BUFFER_BYTES];
            while (count < position) {
                if (read(buffer, 0, (int) Math.min(buffer.length, position - count)) < 0) {
                    return;
                }
            }
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count += Math.max(read, 0);
            return read;
        }

        private Hash digest() {
            return Hash.of(getMessageDigest().digest());
        }
    }
}
