// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import com.github.luben.zstd.ZstdIOException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.ZstdFrames;
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
    private final BundleFolder folder;
    private final Documents documents;
    private final Manifest manifest;
    private final Findings findings;
    private final Map<Integer, Grown> grown = new TreeMap<>();

    /**
     * What reading a chain gave.
     *
     * @param range the tree at the window's end; absent if a line could not be read
     */
    record Grown(Optional<CompactRange> range, ChainEnd end) {}

    ContentCheck(BundleFolder folder, Documents documents, Findings findings) {
        this.folder = folder;
        this.documents = documents;
        this.manifest = documents.manifest().orElseThrow();
        this.findings = findings;
    }

    /** By partition, for every chain of the manifest. */
    Map<Integer, Grown> run() throws IOException {
        if (isTooMuch(manifest)) {
            return unread();
        }
        Set<Hash> unused = new HashSet<>(manifest.schemas());
        long proofs = 0;
        for (Manifest.Chain chain : manifest.chains()) {
            Optional<CompactRange> range = Optional.empty();
            Cursor read;
            if (manifest.isOf(Derivation.Shape.FILTERED)) {
                FilteredCursor cursor = new FilteredCursor(
                        folder,
                        manifest,
                        chain,
                        Optional.ofNullable(documents.chainCheckpoints().get(chain.partition())),
                        findings);
                files(chain, cursor);
                proofs += cursor.proofs();
                read = cursor;
            } else {
                ChainCursor cursor = new ChainCursor(manifest, chain, findings);
                boolean complete = files(chain, cursor) && cursor.range().size() == chain.size();
                range = complete ? Optional.of(cursor.range()) : Optional.empty();
                read = cursor;
            }
            unused.removeAll(read.schemas());
            grown.put(chain.partition(), new Grown(range, read.chainEnd()));
        }
        if (!unused.isEmpty() && !findings.failed(Phase.ENTRIES)) {
            findings.fail(Phase.CHAINS, BundleLayout.MANIFEST, "lists schemas that no entry names: " + unused);
        }
        manifest.derived().ifPresent(this::sayWhatIsLeftOut);
        requireLines(proofs);
        return grown;
    }

    /** Whether all files were read to their ends. */
    private boolean files(Manifest.Chain chain, Cursor cursor) throws IOException {
        boolean whole = true;
        for (Manifest.DataFile file : manifest.filesOf(chain)) {
            whole &= file(file, cursor);
        }
        if (whole) {
            cursor.end();
        }
        return whole;
    }

    /** The original's exit code is the copy's: what was left out on purpose is said, and held against nobody. */
    private void sayWhatIsLeftOut(Derivation derived) {
        if (derived.shape() == Derivation.Shape.COMPACT) {
            findings.notChecked(
                    Phase.ENTRIES,
                    ExitCode.VALID,
                    "commitments not checked: a compact copy leaves out payloads, contexts and salts");
        } else {
            long left = manifest.chains().stream()
                            .mapToLong(chain -> chain.size() - chain.firstSeq())
                            .sum()
                    - manifest.data().stream()
                            .mapToLong(Manifest.DataFile::lines)
                            .sum();
            findings.notChecked(
                    Phase.ENTRIES,
                    ExitCode.VALID,
                    "commitments not checked of " + left + " entries that a filtered copy leaves out");
            findings.notChecked(
                    Phase.CHAINS,
                    ExitCode.VALID,
                    "the entries between the lines of a filtered copy are not here; each line's path to the chain's"
                            + " checkpoint was checked instead");
        }
        findings.note("a copy of shape " + derived.shape().text() + " of the bundle whose manifest has digest "
                + derived.from()
                + (derived.shape() == Derivation.Shape.FILTERED
                        ? "; whether it holds all that its filter names, only that bundle shows"
                        : ""));
    }

    /** A path without its line is a line that was taken out. */
    private void requireLines(long proofs) {
        long there = folder.sizes().keySet().stream()
                .filter(path -> BundleLayout.parseLineProof(path).isPresent())
                .count();
        if (manifest.isOf(Derivation.Shape.FILTERED) && there != proofs) {
            findings.fail(
                    Phase.TREES,
                    BundleLayout.MANIFEST,
                    there + " paths of lines in proofs/, but " + proofs + " lines that have one");
        }
    }

    /** Whether the manifest promises more content than a bundle may have; then none of it is read. */
    static boolean isTooMuch(Manifest manifest) {
        long content =
                manifest.data().stream().mapToLong(Manifest.DataFile::bytes).sum();
        return content > BundleLayout.BUNDLE_BYTES_MAX;
    }

    /** How large a data file may be as stored. */
    static long storedMax(Manifest.DataFile file) {
        return BundleLayout.storedBytesMax(file.bytes());
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
    private boolean file(Manifest.DataFile file, Cursor cursor) throws IOException {
        String stored = file.name() + BundleLayout.STORED_SUFFIX;
        if (!folder.has(stored)) {
            unread(stored, "the file is missing");
            return false;
        }
        if (folder.sizes().get(stored) > storedMax(file)) {
            unread(stored, "the file is over its limit of " + storedMax(file) + " bytes");
            return false;
        }
        LineCheck check = new LineCheck(manifest, cursor, findings);
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
