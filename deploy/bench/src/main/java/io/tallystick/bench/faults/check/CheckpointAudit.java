// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import io.tallystick.bench.faults.check.Finding.Kind;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whatever was signed is one history: one root for each origin and size, a chain's that of its entries, and the registry's windows
 * follow each other without a gap.
 *
 * <p>Entries and checkpoints may be offered in any interleaving. Keeps the leaf hash of every entry. Signatures are not looked at.
 */
final class CheckpointAudit {
    private static final int TEXT_LINES = 3;

    private final String origin;
    private final long windowMs;
    private final Findings findings;
    private final Map<String, List<String>> leaves = new HashMap<>();
    private final Map<String, TreeMap<Long, String>> signed = new TreeMap<>();
    private final Map<String, TreeMap<Long, String>> waiting = new TreeMap<>();
    private long lastWindow = -1;
    private long windows;
    private long checkpoints;

    /**
     * @param origin of the ledger, which is the registry's
     * @param windowMs length of a window
     */
    CheckpointAudit(String origin, long windowMs, Findings findings) {
        this.origin = origin;
        this.windowMs = windowMs;
        this.findings = findings;
    }

    /** The next entry of a chain; another than the next is for {@link ChainAudit} to report. */
    void leaf(String chain, long seq, String leaf) {
        List<String> tree = leaves.computeIfAbsent(chain, c -> new ArrayList<>());
        if (seq == tree.size()) {
            tree.add(leaf);
            TreeMap<Long, String> due = waiting.getOrDefault(origin + "/" + chain, new TreeMap<>());
            String root = due.remove(seq + 1);
            if (root != null) {
                compare(origin + "/" + chain, seq + 1, root, tree);
            }
        }
    }

    /** The next record of {@code ledger.checkpoints} that a reader of committed records sees. */
    void checkpoint(Checkpoint checkpoint) {
        checkpoints++;
        requireText(checkpoint);
        String earlier = signed.computeIfAbsent(checkpoint.origin(), o -> new TreeMap<>())
                .putIfAbsent(checkpoint.size(), checkpoint.root());
        if (earlier != null && !earlier.equals(checkpoint.root())) {
            report(Kind.FORKED, checkpoint.origin(), "size " + checkpoint.size() + " was signed with another root");
        }
        if (checkpoint.origin().equals(origin)) {
            window(checkpoint);
        } else if (checkpoint.origin().startsWith(origin + "/")) {
            chain(checkpoint);
        } else {
            report(Kind.IRREGULAR, checkpoint.origin(), "is not of this ledger");
        }
    }

    private void requireText(Checkpoint checkpoint) {
        int blank = checkpoint.note().indexOf("\n\n");
        String[] text = checkpoint.note().substring(0, Math.max(blank, 0)).split("\n", -1);
        boolean same = text.length >= TEXT_LINES
                && text[0].equals(checkpoint.origin())
                && text[1].equals(Long.toString(checkpoint.size()))
                && text[2].equals(
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(checkpoint.root())));
        if (!same || !checkpoint.note().startsWith("\u2014 ", blank + 2)) {
            report(Kind.IRREGULAR, checkpoint.origin(), "size " + checkpoint.size() + ": the note says something else");
        }
    }

    private void window(Checkpoint checkpoint) {
        if (lastWindow >= 0 && checkpoint.windowStart() != lastWindow + windowMs) {
            report(
                    Kind.IRREGULAR,
                    origin,
                    "window " + checkpoint.windowStart() + " sealed after window " + lastWindow + " of " + windowMs
                            + " ms");
        }
        lastWindow = checkpoint.windowStart();
        windows++;
    }

    private void chain(Checkpoint checkpoint) {
        List<String> tree = leaves.getOrDefault(checkpoint.origin().substring(origin.length() + 1), new ArrayList<>());
        if (checkpoint.size() <= tree.size()) {
            compare(checkpoint.origin(), checkpoint.size(), checkpoint.root(), tree);
        } else {
            waiting.computeIfAbsent(checkpoint.origin(), o -> new TreeMap<>())
                    .put(checkpoint.size(), checkpoint.root());
        }
    }

    private void compare(String of, long size, String root, List<String> tree) {
        if (!Digests.root(tree.subList(0, (int) size)).equals(root)) {
            report(Kind.FORKED, of, "size " + size + " was signed with a root that its entries do not have");
        }
    }

    /** No more entries come. */
    void finish() {
        waiting.forEach((of, sizes) -> sizes.keySet()
                .forEach(
                        size -> report(Kind.ALTERED, of, "size " + size + " was signed, and there are fewer entries")));
    }

    private void report(Kind kind, String where, String what) {
        findings.add(kind, where, what);
    }

    /** How many windows the registry has sealed. */
    long windows() {
        return windows;
    }

    /** How many checkpoints were looked at, of the registry and of chains. */
    long checkpoints() {
        return checkpoints;
    }
}
