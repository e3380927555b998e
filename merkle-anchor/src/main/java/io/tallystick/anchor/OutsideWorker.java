// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Submission;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The thread in which one anchor is asked, so that none waits for another. */
final class OutsideWorker implements AutoCloseable {
    private final Anchor anchor;
    private final Queue<Answered> answers;
    private final ExecutorService thread;

    /**
     * An answer on its way back.
     *
     * @param anchor whose
     */
    record Answered(String anchor, Answer answer) {}

    /** @param answers where the answers go; safe for several threads */
    OutsideWorker(Anchor anchor, Queue<Answered> answers) {
        this.anchor = anchor;
        this.answers = answers;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread worker = new Thread(task, "anchor-" + anchor.id());
            worker.setDaemon(true);
            return worker;
        });
    }

    void submit(Submission submission) {
        thread.execute(() -> {
            answers.add(new Answered(anchor.id(), ask(submission)));
            if (thread.isShutdown()) {
                anchor.close(); // it may have been opened after the work was given up
            }
        });
    }

    /** A fault of a client is that anchor's own: it is asked again, and the others are not touched. */
    private Answer ask(Submission submission) {
        try {
            return anchor.submit(submission);
        } catch (RuntimeException | Error e) {
            return new Answer.Failed("its client failed: " + e);
        }
    }

    /** Gives up what is under way; the answer is not waited for. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
