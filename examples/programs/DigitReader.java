import java.nio.file.Files;
import java.nio.file.Path;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.vision.Digits;
import org.cresset.io.Safetensors;
import org.cresset.nn.Conv2d;
import org.cresset.nn.Flatten;
import org.cresset.nn.Linear;
import org.cresset.nn.MaxPool2d;
import org.cresset.nn.ReLU;
import org.cresset.nn.Sequential;
import org.cresset.nn.functional.Functional;
import org.cresset.optim.AdamW;
import org.cresset.tensor.Tensor;
import org.cresset.train.Trainer;

// Trains a small convolutional net on the bundled handwritten digits, saves it, and loads it again.
void main() throws Exception {
    Tensor.manualSeed(0);
    var net = net();
    var optimizer = new AdamW(net.parameters(), 2e-3);
    var train = DataLoader.of(Digits.train()).batchSize(64).shuffle(true).seed(0).build();
    var test = DataLoader.of(Digits.test()).batchSize(360).build();

    var trainer = new Trainer(net, net::forward, Functional::crossEntropy, optimizer);
    for (var epoch : trainer.fit(train, test, 3)) {
        IO.println(epoch);
    }

    Path file = Files.createTempDirectory("digits").resolve("net.safetensors");
    Safetensors.save(file, net.stateDict());
    var again = net();
    again.loadStateDict(Safetensors.load(file), true);
    IO.println("accuracy of the loaded net: " + new Trainer(again, again::forward, Functional::crossEntropy,
            new AdamW(again.parameters(), 1e-3)).evaluate(test).accuracy());
}

Sequential net() {
    return new Sequential(
            new Conv2d(1, 16, 3, 1, 1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(16 * 4 * 4, 10));
}
