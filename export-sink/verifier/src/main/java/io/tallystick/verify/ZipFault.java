// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

/** An archive is not one that is unpacked: broken, hostile or too large. */
final class ZipFault extends Exception {
    private static final long serialVersionUID = 1L;

    ZipFault(String message) {
        super(message);
    }
}
