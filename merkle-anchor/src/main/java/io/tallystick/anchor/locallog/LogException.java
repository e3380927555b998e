// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.locallog;

import java.io.IOException;

/** A log file is not what was signed: shortened, changed, another log's. */
public final class LogException extends IOException {
    private static final long serialVersionUID = 1L;

    LogException(String message) {
        super(message);
    }

    LogException(String message, Throwable cause) {
        super(message, cause);
    }
}
