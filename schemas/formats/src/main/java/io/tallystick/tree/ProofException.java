// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

/** A Merkle proof does not show what it was offered for. */
public class ProofException extends Exception {
    private static final long serialVersionUID = 1L;

    public ProofException(String message) {
        super(message);
    }
}
