// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.util.Arrays;

/** What has a word of its own in options, tables and names. */
interface Worded {
    String word();

    /**
     * The one with this word.
     *
     * @param what they all are, for people to read
     * @throws IllegalArgumentException if there is none
     */
    static <E extends Worded> E of(E[] all, String word, String what) {
        return Arrays.stream(all)
                .filter(one -> one.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown " + what + ": " + word));
    }
}
