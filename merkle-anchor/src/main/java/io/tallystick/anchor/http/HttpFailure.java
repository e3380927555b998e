// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.http;

/** No answer was had: not reached, too slow, too large. */
public final class HttpFailure extends Exception {
    private static final long serialVersionUID = 1L;

    HttpFailure(String message) {
        super(message);
    }

    HttpFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
