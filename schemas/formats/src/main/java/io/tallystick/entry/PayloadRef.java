// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import io.tallystick.tree.Hash;
import java.util.Locale;
import java.util.Optional;

/**
 * What an entry says about its payload.
 *
 * @param bytes number of payload bytes, 0 to 2<sup>53</sup>-1
 * @param commit see {@link Commitments#payload}
 * @param media content type as produced, at most 255 bytes of JCS text
 * @param schema only with media {@link #AVRO}: the schema of a kept Avro frame
 */
public record PayloadRef(long bytes, Hash commit, String media, Optional<SchemaRef> schema) {
    /** Media of Avro kept with its Confluent frame. */
    public static final String AVRO = "application/vnd.confluent.avro";

    /** Media of JSON that was not declared. */
    public static final String JSON = "application/json";

    /** Media of bytes that are nothing else. */
    public static final String OCTETS = "application/octet-stream";

    public PayloadRef {
        Integers.require("payload bytes", bytes);
        requireNonNull(commit);
        Attributes.require(Attribute.MEDIA, media);
        if (schema.isPresent() && !media.equals(AVRO)) {
            throw new IllegalArgumentException("schema with media '" + media + "' instead of " + AVRO);
        }
    }

    /** A payload without a schema. */
    public PayloadRef(long bytes, Hash commit, String media) {
        this(bytes, commit, media, Optional.empty());
    }

    /** Whether the payload is JSON by its media. */
    public boolean isJson() {
        return isJson(media);
    }

    /** Whether a content type means JSON: what stands before {@code ;} is {@code application/json} or ends in +json. */
    public static boolean isJson(String media) {
        if (media.equals(JSON)) {
            return true;
        }
        int semicolon = media.indexOf(';');
        String essence =
                (semicolon < 0 ? media : media.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        return essence.equals(JSON) || essence.endsWith("+json");
    }
}
