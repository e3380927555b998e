// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256, as DESIGN.md section 6 uses it; lower-case hex. */
final class Digests {
    /** Stands for the digest of a record without a value. */
    static final String NO_VALUE = "-";

    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    private Digests() {}

    static String leaf(ByteBuffer entry) {
        return hex(sha256(ByteBuffer.wrap(LEAF), entry));
    }

    static String commitment(String domain, ByteBuffer salt, ByteBuffer bytes) {
        return hex(sha256(ByteBuffer.wrap(domain.getBytes(UTF_8)), ByteBuffer.wrap(LEAF), salt, bytes));
    }

    static String plain(ByteBuffer bytes) {
        return hex(sha256(bytes));
    }

    /** The Merkle tree hash of RFC 6962 section 2.1, by its definition. */
    static String root(List<String> leaves) {
        if (leaves.size() < 2) {
            return leaves.isEmpty() ? hex(sha256()) : leaves.get(0);
        }
        int left = Integer.highestOneBit(leaves.size() - 1);
        return node(root(leaves.subList(0, left)), root(leaves.subList(left, leaves.size())));
    }

    static String node(String left, String right) {
        return hex(sha256(
                ByteBuffer.wrap(NODE),
                ByteBuffer.wrap(HexFormat.of().parseHex(left)),
                ByteBuffer.wrap(HexFormat.of().parseHex(right))));
    }

    private static byte[] sha256(ByteBuffer... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ByteBuffer part : parts) {
                digest.update(part.duplicate());
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
