// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecord;

/**
 * Checks one partition of the entries topic without any of the code that wrote it: with a digest and regular expressions on
 * the hashed bytes.
 */
public final class EntriesOracle {
    private static final Pattern SEQ = Pattern.compile(",\"seq\":(\\d+),");
    private static final Pattern PREV = Pattern.compile(",\"prev\":\"([0-9a-f]{64})\",");
    private static final Pattern RECORDED = Pattern.compile(",\"recorded\":\"([^\"]+)\",");
    private static final Pattern KIND = Pattern.compile(",\"kind\":\"([a-z]+)\",");
    private static final Pattern SOURCE = Pattern.compile("\"source\":\\{\"from\":(\\d+),\"next\":(\\d+)[,}]");

    private final Map<String, Long> seqs = new HashMap<>();
    private final Map<String, String> leaves = new HashMap<>();
    private final Map<String, Long> sources = new HashMap<>();
    private Instant clock = Instant.MIN;

    /** @throws AssertionError naming the first record that does not fit */
    public static EntriesOracle check(List<? extends SpecificRecord> records) {
        EntriesOracle oracle = new EntriesOracle();
        long pseq = 0;
        for (SpecificRecord record : records) {
            oracle.next(record, pseq++);
        }
        return oracle;
    }

    /** Entries of each chain. */
    public Map<String, Long> sizes() {
        return seqs;
    }

    /** Source offsets accounted for in each chain. */
    public Map<String, Long> sources() {
        return sources;
    }

    private void next(SpecificRecord record, long pseq) {
        if (record instanceof Init init) {
            same("pseq of Init", 0, init.getPseq());
            same("place of Init", 0, pseq);
            clock = init.getCreated();
        } else if (record instanceof Boundary boundary) {
            same("pseq", pseq, boundary.getPseq());
            require(boundary.getTime().isAfter(clock), "boundary " + boundary.getTime() + " at clock " + clock);
            clock = boundary.getTime();
        } else if (record instanceof LedgerEntry entry) {
            same("pseq", pseq, entry.getPseq());
            entry(entry);
        } else {
            throw new AssertionError("record " + pseq + " is " + record);
        }
    }

    private void entry(LedgerEntry envelope) {
        byte[] bytes = bytes(envelope.getEntry());
        String text = new String(bytes, StandardCharsets.UTF_8);
        String chain = envelope.getChain();
        require(text.startsWith("{\"chain\":\"" + chain + "\","), chain + ": " + text);
        long seq = seqs.getOrDefault(chain, 0L);
        same(chain + " seq", seq, Long.parseLong(find(SEQ, text, 1)));
        same(chain + " envelope seq", seq, envelope.getSeq());
        String prev = leaves.getOrDefault(chain, "0".repeat(64));
        require(prev.equals(find(PREV, text, 1)), chain + " prev: expected " + prev + ", found " + text);
        Instant recorded = Instant.parse(find(RECORDED, text, 1));
        require(!recorded.isBefore(clock), chain + " recorded " + recorded + " at clock " + clock);
        source(chain, text);
        clock = recorded;
        seqs.put(chain, seq + 1);
        leaves.put(chain, leafHash(bytes));
    }

    private void source(String chain, String text) {
        switch (find(KIND, text, 1)) {
            case "genesis", "source" -> sources.put(chain, 0L);
            case "event", "rejected", "gap" -> {
                same(chain + " source.from", sources.get(chain), Long.parseLong(find(SOURCE, text, 1)));
                sources.put(chain, Long.parseLong(find(SOURCE, text, 2)));
            }
            default -> require(sources.containsKey(chain), "no genesis before " + text);
        }
    }

    private static String find(Pattern pattern, String text, int group) {
        Matcher matcher = pattern.matcher(text);
        require(matcher.find(), pattern + " not in " + text);
        return matcher.group(group);
    }

    private static String leafHash(byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((byte) 0);
            return HexFormat.of().formatHex(digest.digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static void same(String what, long expected, long found) {
        require(expected == found, what + ": expected " + expected + ", found " + found);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
