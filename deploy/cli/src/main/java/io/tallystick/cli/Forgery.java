// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import com.github.luben.zstd.Zstd;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A copy of a tenant's bundles in which one byte of one event is another: what somebody with write access to a bucket
 * might try.
 *
 * @param tenantDirectory the copy
 * @param originalBundle the bundle whose copy was changed
 * @param what the change, for people
 */
record Forgery(Path tenantDirectory, Path originalBundle, String what) {

    private static final String EVENT = "\"kind\":\"event\"";
    private static final String PAYLOAD = "\"payload\":";
    private static final String REFERENCE = PAYLOAD + "{\"bytes\":";

    /** Copies the tenant's bundles beside the bucket, registry leaves too, and changes one digit of one event's payload. */
    static Forgery of(LedgerHome home, String tenant) throws IOException {
        Path copy = home.directory().resolve("forged-copy");
        copy(home.bucket().resolve(BundleLayout.ROOT), copy.resolve(BundleLayout.ROOT));
        for (Path original : BundleCounts.bundles(home.bucket(), tenant)) {
            Manifest manifest = BundleCounts.manifest(original);
            for (Manifest.DataFile file : manifest.data()) {
                Path data = copy.resolve(home.bucket().relativize(original))
                        .resolve(file.name() + BundleLayout.STORED_SUFFIX);
                int line = change(data, Math.toIntExact(file.bytes()));
                if (line > 0) {
                    String what = "one byte of the event on line " + line + " of " + file.name();
                    return new Forgery(copy.resolve(BundleLayout.tenantDir(tenant)), original, what);
                }
            }
        }
        throw new IllegalStateException("no event of " + tenant + " to change in " + home.bucket());
    }

    /** Decompresses, changes, compresses again; the 1-based line, or 0 if there was no event to change. */
    private static int change(Path data, int bytes) throws IOException {
        byte[] content = Zstd.decompress(Files.readAllBytes(data), bytes);
        int line = 1;
        boolean event = false;
        boolean inPayload = false;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n') {
                line++;
                event = false;
                inPayload = false;
            } else if (startsWith(content, i, EVENT)) {
                event = true;
            } else if (startsWith(content, i, PAYLOAD)) {
                inPayload = event && !startsWith(content, i, REFERENCE);
            } else if (inPayload && content[i] >= '1' && content[i] <= '8') {
                content[i]++;
                Files.write(data, Zstd.compress(content));
                return line;
            }
        }
        return 0;
    }

    private static boolean startsWith(byte[] content, int at, String ascii) {
        if (at + ascii.length() > content.length) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (content[at + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
