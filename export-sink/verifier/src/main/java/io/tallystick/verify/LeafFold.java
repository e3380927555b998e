// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * Reads one window's {@code leaves.ndjson} as a stream: head leaves ascending by chain, each once, all of one window,
 * then the window leaf that counts them. Folds their hashes to the right of a given frontier.
 */
final class LeafFold {
    /** Leaves of one window: 10,000,000, as lines of a data file. */
    static final long LEAVES_MAX = BundleLayout.DATA_LINES_MAX;

    private CompactRange range;
    private final HeadVisitor visitor;
    private Hash lastChain;
    private Instant window;
    private long heads;
    private RegistryLeaf.Window last;

    /** Is shown each head leaf with its index in the registry. */
    interface HeadVisitor {
        void head(long index, RegistryLeaf.Head leaf);
    }

    /**
     * The leaves of a window, folded.
     *
     * @param range the registry's frontier after the window
     * @param heads number of head leaves
     */
    record Folded(CompactRange range, RegistryLeaf.Window window, long heads) {}

    /** The leaves are not those of one window. */
    static final class LeavesException extends Exception {
        private static final long serialVersionUID = 1L;

        LeavesException(String message) {
            super(message);
        }
    }

    private LeafFold(CompactRange base, HeadVisitor visitor) {
        this.range = base;
        this.visitor = visitor;
    }

    /**
     * Reads and folds.
     *
     * @param base the registry's frontier before the window
     * @param leavesMax how many there may be
     */
    static Folded read(Path leaves, CompactRange base, long leavesMax, HeadVisitor visitor)
            throws IOException, LeavesException {
        LeafFold fold = new LeafFold(base, visitor);
        try (InputStream in = new BufferedInputStream(
                Files.newInputStream(leaves, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            LineReader lines = new LineReader(in, RegistryLeaf.BYTES_MAX, leavesMax * (RegistryLeaf.BYTES_MAX + 1L));
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (lines.lines() > leavesMax) {
                    throw new LeavesException("more than " + leavesMax + " leaves");
                }
                fold.line(lines.lines(), line);
            }
        } catch (LineReader.LineException e) {
            throw new LeavesException(e.getMessage());
        }
        return fold.end(base);
    }

    private void line(long number, byte[] line) throws LeavesException {
        if (last != null) {
            throw new LeavesException("line " + number + ": a leaf after the window leaf");
        }
        RegistryLeaf leaf;
        try {
            leaf = RegistryLeaf.parse(line);
        } catch (BundleException e) {
            throw new LeavesException("line " + number + ": " + e.getMessage());
        }
        if (leaf instanceof RegistryLeaf.Head head) {
            head(number, head);
        } else {
            last = (RegistryLeaf.Window) leaf;
        }
        range = range.append(Rfc6962.leafHash(line));
    }

    private void head(long number, RegistryLeaf.Head head) throws LeavesException {
        if (lastChain != null && lastChain.compareTo(head.chain()) >= 0) {
            throw new LeavesException("line " + number + ": chain " + head.chain() + " is not after " + lastChain);
        }
        if (window != null && !window.equals(head.window())) {
            throw new LeavesException("line " + number + ": a head of window " + head.window() + " among " + window);
        }
        lastChain = head.chain();
        window = head.window();
        heads++;
        visitor.head(range.size(), head);
    }

    private Folded end(CompactRange base) throws LeavesException {
        if (last == null) {
            throw new LeavesException("no window leaf at the end");
        }
        if (last.chains() != heads) {
            throw new LeavesException("the window leaf counts " + last.chains() + " heads, found " + heads);
        }
        if (last.first() != base.size()) {
            throw new LeavesException("the window leaf's first is " + last.first() + ", expected " + base.size());
        }
        if (window != null && !window.equals(last.start())) {
            throw new LeavesException("heads of window " + window + " before the window leaf of " + last.start());
        }
        return new Folded(range, last, heads);
    }
}
