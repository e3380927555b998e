// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A header of an input record.
 *
 * @param value empty if the header's value is null
 */
public record ContextHeader(String name, Optional<Bytes> value) {
    public ContextHeader {
        requireNonNull(name);
        requireNonNull(value);
    }

    /** Bytes of the name in UTF-8 and of the value, as the limit of {@link Context#BYTES_MAX} counts them. */
    public int length() {
        return utf8Length(name) + valueLength();
    }

    /** At least {@link #length}, and found without a look at the name. */
    int lengthMax() {
        return 3 * name.length() + valueLength();
    }

    private int valueLength() {
        return value.isPresent() ? value.get().length() : 0;
    }

    /** Three for half of a surrogate pair, which has no UTF-8 form. */
    static int utf8Length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
                length += pair || c < 0x800 ? 1 : 2;
                // Of a pair the second half counts one and adds one: four in all.
                if (pair) {
                    i++;
                    length++;
                }
            }
        }
        return length;
    }
}
