// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import com.github.luben.zstd.ZstdIOException;
import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.ZstdFrames;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.InclusionPath;
import io.tallystick.tree.Rfc6962;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Goes once through a chain's lines of one window: finds the entry, and its path in the chain's tree. */
final class EntrySearch {
    private final Path folder;
    private final Manifest manifest;
    private final Manifest.Chain chain;
    private final WantedEntry wanted;
    private CompactRange range;
    private long seq;
    private BundleLine line;
    private InclusionPath path;
    private final List<String> others = new ArrayList<>();

    EntrySearch(Path folder, Manifest manifest, Manifest.Chain chain, WantedEntry wanted) {
        this.folder = folder;
        this.manifest = manifest;
        this.chain = chain;
        this.wanted = wanted;
        this.seq = chain.firstSeq();
        this.range = CompactRange.of(seq, chain.frontier());
    }

    void run() throws IOException, BundleException {
        for (Manifest.DataFile file : manifest.filesOf(chain)) {
            String stored = file.name() + BundleLayout.STORED_SUFFIX;
            try (InputStream in = Files.newInputStream(
                            folder.resolve(stored), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                    InputStream content = DataStream.open(in)) {
                LineReader lines = LineReader.withoutDigest(content, BundleLayout.LINE_BYTES_MAX, file.bytes());
                for (byte[] next = lines.next(); next != null; next = lines.next()) {
                    line(next);
                }
            } catch (LineReader.LineException | ZstdFrames.FrameException | ZstdIOException e) {
                throw new BundleException(folder + "/" + stored + ": " + e.getMessage(), e);
            }
        }
    }

    private void line(byte[] bytes) throws BundleException {
        byte[] entry = BundleLine.cutEntry(bytes);
        Hash leaf = Rfc6962.leafHash(entry);
        if (wanted.mayBe(seq, entry)) {
            BundleLine candidate = BundleLine.parse(bytes);
            if (wanted.is(candidate.entry())) {
                found(candidate, leaf);
                seq++;
                return;
            }
        }
        append(leaf);
        seq++;
    }

    private void found(BundleLine candidate, Hash leaf) {
        if (line == null) {
            line = candidate;
            path = new InclusionPath(range, leaf);
        } else {
            others.add(candidate.entry().chain() + " seq " + candidate.entry().seq());
            append(leaf);
        }
    }

    private void append(Hash leaf) {
        if (path == null) {
            range = range.append(leaf);
        } else {
            path.append(leaf);
        }
    }

    Optional<BundleLine> line() {
        return Optional.ofNullable(line);
    }

    /** Further entries that are what was asked for. */
    List<String> others() {
        return others;
    }

    /** Of the entry found. */
    InclusionPath path() {
        return path;
    }

    /** Of the entry found, in its chain's tree. */
    long index() {
        return range.size();
    }
}
