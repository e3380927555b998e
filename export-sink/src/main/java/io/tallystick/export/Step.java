// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import java.io.IOException;

/** One of the exporter's two loops. Opened from durable state, used by one thread, thrown away when something fails. */
interface Step extends AutoCloseable {
    /**
     * Reads once and does what can be done.
     *
     * @return whether a window was finished, so that what failed before is over
     * @throws IOException if the outside world fails; the step is then closed and a new one opened
     */
    boolean poll() throws IOException;

    /** Ends a wait inside {@link #poll}; for another thread. */
    void wakeup();

    @Override
    void close() throws IOException;
}
