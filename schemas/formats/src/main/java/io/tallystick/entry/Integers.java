// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.json.JsonObject;

/** The integers of an entry: 0 to 2<sup>53</sup>-1. */
final class Integers {
    private Integers() {}

    static void require(String label, long value) {
        if (value < 0 || value > JsonObject.INTEGER_MAX) {
            throw new IllegalArgumentException(label + " " + value + " is not in 0..2^53-1");
        }
    }
}
