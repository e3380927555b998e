// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.trust.TrustRoot;
import java.util.Optional;

/**
 * The trust root, or why there is none to rely on.
 *
 * @param why present if and only if the root is absent
 */
record TrustInput(Optional<TrustRoot> root, Optional<String> why) {
    static TrustInput of(TrustRoot root) {
        return new TrustInput(Optional.of(root), Optional.empty());
    }

    static TrustInput none(String why) {
        return new TrustInput(Optional.empty(), Optional.of(why));
    }
}
