// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Names and ids of note keys. c2sp.org/signed-note. */
public final class KeyNames {
    private KeyNames() {}

    /** Whether the text is not empty and has neither white space, control characters, lone surrogates nor {@code +}. */
    public static boolean isKeyName(String name) {
        return !name.isEmpty()
                && name.codePoints()
                        .noneMatch(c -> c == '+'
                                || c < 0x20
                                || (c >= 0x7f && c <= 0xa0)
                                || Character.isWhitespace(c)
                                || Character.isSpaceChar(c)
                                || Character.getType(c) == Character.SURROGATE);
    }

    /** Id of a key whose id depends on its name: {@code SHA-256(name LF type key)[:4]}. */
    public static int named(String name, byte type, byte[] key) {
        return first4(namedHash(name, type, key));
    }

    /** {@code SHA-256(name LF type key)}: its first four bytes are the key id, and some logs name themselves by all 32. */
    public static Hash namedHash(String name, byte type, byte[] key) {
        return Hash.sha256(name.getBytes(StandardCharsets.UTF_8), new byte[] {'\n', type}, key);
    }

    /** Id of an ECDSA key, whatever its name: {@code SHA-256(SPKI)[:4]}. */
    public static int ofSpki(byte[] spki) {
        return first4(Hash.sha256(spki));
    }

    /** The key id that such a hash begins with, big-endian. */
    public static int first4(Hash hash) {
        return ByteBuffer.wrap(hash.bytes()).getInt();
    }
}
