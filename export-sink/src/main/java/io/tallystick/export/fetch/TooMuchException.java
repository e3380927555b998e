// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

/** There is more than is fetched at once; less can be asked for. */
public final class TooMuchException extends Exception {
    private static final long serialVersionUID = 1L;

    TooMuchException(String message) {
        super(message);
    }
}
