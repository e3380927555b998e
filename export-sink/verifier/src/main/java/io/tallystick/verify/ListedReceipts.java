// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.receipt.WantedReceipts;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRoot;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /**
     * What a verification asks outside parties for: what its trust root and the request require, and a time.
     *
     * @return nothing if the trust root cannot be used, which the verification says
     */
    public static WantedReceipts wanted(VerifyRequest request) {
        return TrustInput.read(request.trustRoot(), request.fingerprint())
                .root()
                .map(root -> wanted(root, request.anchors()))
                .orElse(WantedReceipts.NONE);
    }

    private static WantedReceipts wanted(TrustRoot root, AnchorRequirement requested) {
        AnchorRequirement required = requested.and(AnchorRequirement.of(root.policy()));
        return new WantedReceipts(
                new AnchorParties(root).listed(),
                Stream.of(TrustAnchors.Kind.values()).collect(Collectors.toMap(kind -> kind, required::of)),
                root.policy().witnessQuorum());
    }
}
