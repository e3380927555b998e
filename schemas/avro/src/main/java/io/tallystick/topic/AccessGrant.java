// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.List;

/**
 * What became of a grant.
 *
 * @param authorizer whether the cluster has an authorizer; without one anyone may do anything, and only a quota was set
 * @param added what was missing, a line each: {@code User:acme WRITE TOPIC ledger.in.acme}
 */
public record AccessGrant(boolean authorizer, List<String> added) {
    public AccessGrant {
        added = List.copyOf(added);
    }
}
