// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.entry.Bytes;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.ReceiptNames;
import org.junit.jupiter.api.Test;

/** What every anchor does. */
abstract class AnchorContract {
    final TestRegistry registry = new TestRegistry("leaf");

    /** The anchor, asked a working party. */
    abstract Anchor anchor();

    /** Throws unless the receipt counts for the checkpoint. */
    abstract void verify(Bytes receipt, RegistryCheckpoint checkpoint) throws Exception;

    @Test
    void aCheckpointIsConfirmedByAReceiptThatVerifies() throws Exception {
        try (Anchor anchor = anchor()) {
            Answer answer = anchor.submit(registry.submission(1, 0));

            assertThat(answer).isInstanceOf(Answer.Confirmed.class);
            verify(((Answer.Confirmed) answer).receipt(), registry.checkpoint(1));
            assertThat(ReceiptNames.parse(anchor.objectName())).isPresent();
        }
    }

    @Test
    void aLaterCheckpointIsConfirmedAfterOneThatWasLeftOut() throws Exception {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(1, 0));

            Answer answer = anchor.submit(registry.submission(4, 1));

            assertThat(answer).isInstanceOf(Answer.Confirmed.class);
            verify(((Answer.Confirmed) answer).receipt(), registry.checkpoint(4));
        }
    }

    @Test
    void theSameCheckpointSubmittedTwiceIsConfirmedTwice() throws Exception {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(2, 0));

            Answer again = anchor.submit(registry.submission(2, 0));

            assertThat(again).isInstanceOf(Answer.Confirmed.class);
            verify(((Answer.Confirmed) again).receipt(), registry.checkpoint(2));
        }
    }

    @Test
    void aReceiptDoesNotCountForAnotherCheckpoint() throws Exception {
        try (Anchor anchor = anchor()) {
            Answer.Confirmed answer = (Answer.Confirmed) anchor.submit(registry.submission(1, 0));

            assertThatExceptionOfType(ReceiptException.class)
                    .isThrownBy(() -> verify(answer.receipt(), registry.checkpoint(2)));
        }
    }
}
