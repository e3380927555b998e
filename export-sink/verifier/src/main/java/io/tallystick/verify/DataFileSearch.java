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
import io.tallystick.tree.Rfc6962;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Goes once through the lines of one data file. */
final class DataFileSearch implements Callable<DataFileSearch> {
    private final Path file;
    private final Manifest.DataFile content;
    private final WantedEntry wanted;
    private final WantedEntry.Sieve sieve;
    private CompactRange leaves;
    private Optional<Match> match = Optional.empty();
    private final List<BundleLine> others = new ArrayList<>();

    /**
     * The entry found.
     *
     * @param before leaves of the file before it
     */
    record Match(BundleLine line, Hash leaf, CompactRange before) {}

    /** @param firstSeq sequence of the file's first entry, as the manifest says */
    DataFileSearch(Path folder, Manifest.DataFile content, long firstSeq, WantedEntry wanted) {
        this.file = folder.resolve(content.name() + BundleLayout.STORED_SUFFIX);
        this.content = content;
        this.wanted = wanted;
        this.sieve = wanted.sieve();
        this.leaves = CompactRange.startingAt(firstSeq);
    }

    @Override
    public DataFileSearch call() throws IOException, BundleException {
        try (InputStream in = RegularFile.open(file);
                InputStream plain = DataStream.open(in)) {
            LineReader lines = LineReader.withoutDigest(plain, BundleLayout.LINE_BYTES_MAX, content.bytes());
            while (lines.advance()) {
                line(lines.line(), lines.length());
            }
            if (lines.lines() != content.lines()) {
                throw new BundleException(
                        file + ": has " + lines.lines() + " lines, the manifest says " + content.lines());
            }
        } catch (LineReader.LineException | ZstdFrames.FrameException | ZstdIOException e) {
            throw new BundleException(file + ": " + e.getMessage(), e);
        }
        return this;
    }

    private void line(byte[] bytes, int length) throws BundleException {
        int end = BundleLine.entryEnd(bytes, length);
        Hash leaf = Rfc6962.leafHash(bytes, BundleLine.ENTRY_BEGIN, end);
        long seq = leaves.begin() + leaves.size();
        if (sieve.passes(seq, bytes, BundleLine.ENTRY_BEGIN, end)) {
            BundleLine candidate = BundleLine.parse(Arrays.copyOf(bytes, length));
            if (wanted.is(candidate.entry()) && found(candidate, leaf, seq)) {
                return;
            }
        }
        leaves = leaves.append(leaf);
    }

    private boolean found(BundleLine line, Hash leaf, long seq) {
        if (match.isPresent()) {
            others.add(line);
            return false;
        }
        match = Optional.of(new Match(line, leaf, leaves));
        leaves = CompactRange.startingAt(seq + 1);
        return true;
    }

    /** The first entry that is what was asked for. */
    Optional<Match> match() {
        return match;
    }

    /** Further ones. */
    List<BundleLine> others() {
        return others;
    }

    /** All leaves of the file; those behind the {@link #match} if there is one. */
    CompactRange leaves() {
        return leaves;
    }
}
