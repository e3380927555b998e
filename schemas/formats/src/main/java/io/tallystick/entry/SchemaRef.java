// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import io.tallystick.tree.Hash;

/**
 * The schema a kept Avro frame was written with.
 *
 * @param id the registry's id, 0 to 2<sup>53</sup>-1
 * @param sha256 digest of the UTF-8 schema text as the registry returns it
 */
public record SchemaRef(long id, Hash sha256) {
    public SchemaRef {
        Integers.require("schema id", id);
        requireNonNull(sha256);
    }
}
