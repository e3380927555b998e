// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import io.tallystick.entry.Salt;

/** Where salts come from: each one random, none used twice. */
@FunctionalInterface
public interface SaltSource {
    /** A fresh salt of 16 bytes. */
    Salt next();
}
