// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import com.github.luben.zstd.ZstdIOException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the data files once, as streams: phases 3 and 4, the content digests of phase 2, and the leaves of phase 5.
 * Holds one line, one buffer and one chain's state.
 */
final class ContentCheck {
    private static final int STORED_EXTRA = 64 * 1024;

    private final BundleFolder folder;
    private final Manifest manifest;
    private final Findings findings;
    private final Map<Integer, Grown> grown = new TreeMap<>();

    /**
     * What reading a chain gave.
     *
     * @param range the tree at the window's end; absent if a line could not be read
     */
    record Grown(Optional<CompactRange> range, ChainEnd end) {}

    ContentCheck(BundleFolder folder, Manifest manifest, Findings findings) {
        this.folder = folder;
        this.manifest = manifest;
        this.findings = findings;
    }

    /** By partition, for every chain of the manifest. */
    Map<Integer, Grown> run() throws IOException {
        if (isTooMuch(manifest)) {
            return unread();
        }
        Set<Hash> unused = new HashSet<>(manifest.schemas());
        for (Manifest.Chain chain : manifest.chains()) {
            ChainCursor cursor = new ChainCursor(manifest, chain, findings);
            boolean whole = true;
            for (Manifest.DataFile file : manifest.filesOf(chain)) {
                whole &= file(file, cursor);
            }
            if (whole) {
                cursor.end();
            }
            unused.removeAll(cursor.schemas());
            boolean complete = whole && cursor.range().size() == chain.size();
            grown.put(
                    chain.partition(),
                    new Grown(complete ? Optional.of(cursor.range()) : Optional.empty(), cursor.chainEnd()));
        }
        if (!unused.isEmpty() && !findings.failed(Phase.ENTRIES)) {
            findings.fail(Phase.CHAINS, BundleLayout.MANIFEST, "lists schemas that no entry names: " + unused);
        }
        return grown;
    }

    /** Whether the manifest promises more content than a bundle may have; then none of it is read. */
    static boolean isTooMuch(Manifest manifest) {
        long content =
                manifest.data().stream().mapToLong(Manifest.DataFile::bytes).sum();
        return content > BundleLayout.BUNDLE_BYTES_MAX;
    }

    /** How large a data file may be as stored: incompressible content in small frames grows by far less. */
    static long storedMax(Manifest.DataFile file) {
        return 2 * file.bytes() + STORED_EXTRA;
    }

    private Map<Integer, Grown> unread() {
        String why = "the content is over 64 GiB and was not read";
        findings.notChecked(Phase.ENTRIES, ExitCode.INCOMPLETE, why);
        findings.notChecked(Phase.CHAINS, ExitCode.INCOMPLETE, why);
        for (Manifest.Chain chain : manifest.chains()) {
            ChainEnd end = new ChainEnd(chain.prev(), Optional.empty(), Optional.empty());
            grown.put(chain.partition(), new Grown(Optional.empty(), end));
        }
        return grown;
    }

    /** Whether the whole content was read. */
    private boolean file(Manifest.DataFile file, ChainCursor cursor) throws IOException {
        String stored = file.name() + BundleLayout.STORED_SUFFIX;
        if (!folder.has(stored)) {
            unread(stored, "the file is missing");
            return false;
        }
        if (folder.sizes().get(stored) > storedMax(file)) {
            unread(stored, "the file is over its limit of " + storedMax(file) + " bytes");
            return false;
        }
        LineCheck check = new LineCheck(manifest.window(), cursor, findings);
        try (InputStream in = folder.open(stored);
                InputStream content = DataStream.open(in)) {
            LineReader lines = new LineReader(content, BundleLayout.LINE_BYTES_MAX, file.bytes());
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (lines.lines() > file.lines()) {
                    throw new LineReader.LineException("more than the " + file.lines() + " lines of the manifest");
                }
                check.line(stored, lines.lines(), line);
            }
            requireContent(file, stored, lines);
            return true;
        } catch (LineReader.LineException | ZstdFrames.FrameException | ZstdIOException e) {
            unread(stored, e.getMessage());
            return false;
        }
    }

    private void requireContent(Manifest.DataFile file, String stored, LineReader lines) {
        if (lines.lines() != file.lines()) {
            findings.fail(
                    Phase.DIGESTS,
                    stored,
                    "the manifest says " + file.lines() + " lines, the content has " + lines.lines());
        }
        if (lines.content() != file.bytes()) {
            findings.fail(
                    Phase.DIGESTS,
                    stored,
                    "the manifest says " + file.bytes() + " bytes of content, found " + lines.content());
        }
        Hash digest = lines.digest();
        if (!digest.equals(file.sha256())) {
            findings.fail(
                    Phase.DIGESTS, stored, "the manifest says content digest " + file.sha256() + ", found " + digest);
        }
    }

    private void unread(String stored, String why) {
        findings.fail(Phase.ENTRIES, stored, why);
        findings.notChecked(Phase.CHAINS, ExitCode.INCOMPLETE, stored + " was not read to its end: " + why);
    }
}
