// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.trust.TrustRoot;
import java.util.SortedMap;

/** Which objects in the anchors folder of a registry checkpoint count: for whoever cannot list a bucket, or will not. */
public final class ListedReceipts {
    private ListedReceipts() {}

    /**
     * The receipts that parties of this trust root can have given.
     *
     * @return by name the bytes that each may have at most; names of parties that cannot be used are left out
     */
    public static SortedMap<String, Integer> of(TrustRoot root) {
        return new AnchorParties(root).names();
    }
}
