// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

/** Waiting for threads. */
final class Threads {
    private Threads() {}

    /** Waits until the thread has ended. An interruption meanwhile is not lost, and does not shorten the wait. */
    static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
