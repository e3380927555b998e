// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import java.io.IOException;

/** One of the exporter's two loops. Opened from durable state, used by one thread, thrown away when something fails. */
interface Step extends AutoCloseable {
    /**
     * Reads once and does what can be done.
     *
     * @return whether what failed before is over: a window was finished, or everything there is has been read and dealt
     *     with. A poll that merely returned says nothing: a fresh step meets what failed only when it has read up to it
     * @throws IOException if the outside world fails; the step is then closed and a new one opened
     */
    boolean poll() throws IOException;

    /** Ends a wait inside {@link #poll}; for another thread. */
    void wakeup();

    @Override
    void close() throws IOException;
}
