// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What makes two events of one chain the same: producer and id. The first 16 bytes of a hash, so that every identity has one
 * size; two different identities of a chain meet in it by design only, at 2<sup>64</sup> hashes, and then in the chain of
 * whoever wanted it.
 *
 * <pre>
 * SHA-256("tallystick/identity/v1" || 0x00 || chain id || 0x00 || (0x01 || producer, if there is one) || 0x00 || id)
 * </pre>
 *
 * Absent equals absent, and differs from every producer. None of the texts holds control characters.
 *
 * @param high bytes 0 to 7, big-endian
 * @param low bytes 8 to 15, big-endian
 */
public record Identity(long high, long low) {
    /** Length of the stored form in bytes. */
    public static final int LENGTH = 16;

    private static final byte[] DOMAIN = "tallystick/identity/v1\0".getBytes(UTF_8);
    private static final int TOPIC_ID_LENGTH = 22;

    /** The identity of an event. */
    public static Identity of(String chain, Optional<String> producer, String id) {
        String text = chain + '\0' + producer.map(name -> '\1' + name).orElse("") + '\0' + id;
        ByteBuffer hash =
                ByteBuffer.wrap(Hash.sha256(DOMAIN, text.getBytes(UTF_8)).bytes());
        return new Identity(hash.getLong(), hash.getLong());
    }

    /**
     * Whether ingest made the identity itself, {@code <topicId>:<partition>:<offset>}: unique, so nothing to remember.
     *
     * @param partition partition of the source topic
     * @param offset source offset of the record
     */
    public static boolean isDerived(Optional<String> producer, String id, int partition, long offset) {
        return producer.isEmpty()
                && id.length() > TOPIC_ID_LENGTH
                && id.charAt(TOPIC_ID_LENGTH) == ':'
                && id.substring(TOPIC_ID_LENGTH).equals(":" + partition + ":" + offset);
    }
}
