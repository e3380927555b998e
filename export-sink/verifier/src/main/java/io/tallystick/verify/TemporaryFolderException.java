// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;

/** The folder for temporary files cannot be used: the fault is not the storage's that the evidence lies in. */
public final class TemporaryFolderException extends IOException {
    private static final long serialVersionUID = 1L;

    TemporaryFolderException(String message, IOException cause) {
        super(message, cause);
    }
}
