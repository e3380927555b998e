// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.file;

import java.io.IOException;

/** A file has another user just now. */
public final class FileInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    FileInUseException(String message) {
        super(message);
    }
}
