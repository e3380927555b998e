// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.util.Objects.requireNonNull;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.SchemaRef;
import java.util.Optional;

/**
 * The bytes an entry commits to.
 *
 * @param bytes as admitted; of a refused record the value as produced
 * @param media media type, verbatim as declared
 * @param schema of kept Avro: which schema reads it
 */
public record Payload(Bytes bytes, String media, Optional<SchemaRef> schema) {
    public Payload {
        requireNonNull(bytes);
        requireNonNull(media);
        requireNonNull(schema);
    }
}
