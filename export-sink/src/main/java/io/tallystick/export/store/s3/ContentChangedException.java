// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import java.io.IOException;
import java.io.Serial;

/** What was to be stored is not what was announced. No matter of the store, so it is not tried again here. */
final class ContentChangedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    ContentChangedException(String message) {
        super(message);
    }
}
