// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import java.io.IOException;

/** What is stored for a partition is another member's work now. */
final class PartitionLostException extends IOException {
    private static final long serialVersionUID = 1L;
}
