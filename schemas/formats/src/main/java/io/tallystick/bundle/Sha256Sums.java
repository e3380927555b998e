// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * SHA256SUMS, as {@code sha256sum -c} reads it: for each file 64 lower-case hex digits, two spaces, the path, LF; in
 * byte order of the path, each path once. Paths are those of {@link BundleLayout#isPath}, so nothing is ever escaped.
 */
public final class Sha256Sums {
    private static final int HEX = 64;

    private Sha256Sums() {}

    /** @throws IllegalArgumentException if a key is not a path inside a bundle */
    public static byte[] encode(SortedMap<String, Hash> digests) {
        StringBuilder text = new StringBuilder();
        // ASCII paths: natural order of strings is the order of their bytes, whatever the map was sorted by.
        for (Map.Entry<String, Hash> digest : new TreeMap<>(Map.copyOf(digests)).entrySet()) {
            if (!BundleLayout.isPath(digest.getKey())) {
                throw new IllegalArgumentException("not a path inside a bundle: " + Printable.of(digest.getKey()));
            }
            text.append(digest.getValue()).append("  ").append(digest.getKey()).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    public static SortedMap<String, Hash> parse(byte[] bytes) throws BundleException {
        if (bytes.length > BundleLayout.LIST_BYTES_MAX) {
            throw new BundleException("SHA256SUMS has " + bytes.length + " bytes, over the limit");
        }
        SortedMap<String, Hash> digests = new TreeMap<>();
        int line = 0;
        for (int begin = 0; begin < bytes.length; ) {
            line++;
            int end = begin;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            if (end == bytes.length) {
                throw new BundleException("SHA256SUMS line " + line + ": no line feed at the end");
            }
            addLine(digests, new String(bytes, begin, end - begin, StandardCharsets.ISO_8859_1), line);
            begin = end + 1;
        }
        return digests;
    }

    private static void addLine(SortedMap<String, Hash> digests, String text, int line) throws BundleException {
        if (text.length() < HEX + 3 || !text.startsWith("  ", HEX)) {
            throw new BundleException("SHA256SUMS line " + line + ": expected digest, two spaces, path");
        }
        String path = text.substring(HEX + 2);
        if (!BundleLayout.isPath(path)) {
            throw new BundleException(
                    "SHA256SUMS line " + line + ": not a path inside a bundle: " + Printable.of(path));
        }
        if (!digests.isEmpty() && digests.lastKey().compareTo(path) >= 0) {
            throw new BundleException("SHA256SUMS line " + line + ": " + path + " is not after " + digests.lastKey());
        }
        try {
            digests.put(path, Hash.parseHex(text.substring(0, HEX)));
        } catch (IllegalArgumentException e) {
            throw new BundleException("SHA256SUMS line " + line + ": digest is not 64 lower-case hex digits", e);
        }
    }
}
