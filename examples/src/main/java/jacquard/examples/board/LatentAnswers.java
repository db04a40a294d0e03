package jacquard.examples.board;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.recipe.LatentMap;
import jacquard.examples.recipe.vae.VaeSizes;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the board answers with a VAE.
final class LatentAnswers {
  /// Far beyond every latent that a picture has: what is drawn there is still a picture.
  private static final double FARTHEST = 1e3;

  private LatentAnswers() {}

  /// Where test pictures lie: `{"x": [...], "y": [...], "labels": [...], "share": 0.4, "whole":
  /// false, "height": 28, "width": 28, "classes": 0}`.
  static void map(Request request, Models models, Listed run) throws IOException {
    LatentMap map = models.latent(run);
    VaeSizes sizes = map.model().sizes();
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("x", numbers(map.seen().x()));
    fields.put("y", numbers(map.seen().y()));
    fields.put("labels", Json.of(Arrays.stream(map.labels()).asLongStream().toArray()));
    fields.put("share", Json.of(map.seen().share()));
    fields.put("whole", Json.of(map.isWhole()));
    fields.put("height", Json.of(sizes.height()));
    fields.put("width", Json.of(sizes.width()));
    fields.put("classes", Json.of(sizes.classes()));
    request.json(Json.of(fields));
  }

  private static Json numbers(double[] values) {
    return Json.of(Arrays.stream(values).mapToObj(Json::of).toList());
  }

  /// The picture of a place: a byte for each pixel, black 0.
  static void draw(Request request, Models models, Listed run) throws IOException {
    double x = Math.clamp(request.number("x"), -FARTHEST, FARTHEST);
    double y = Math.clamp(request.number("y"), -FARTHEST, FARTHEST);
    long label = request.whole("class");
    LatentMap map = models.latent(run);
    int classes = map.model().sizes().classes();
    if (label >= Math.max(1, classes)) {
      throw new RefusedException(
          400, "class is " + label + ", expected 0 to " + (Math.max(1, classes) - 1));
    }
    float[] picture = map.picture(x, y, (int) label);
    byte[] grey = new byte[picture.length];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (byte) Math.round(255 * Math.clamp(picture[i], 0, 1));
    }
    request.bytes("application/octet-stream", grey);
  }
}
