import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Java's own HTTP client: every page of the daily report, and which server gave it. java Pages.java ROOT/ */
class Pages {
    public static void main(String[] args) throws Exception {
        var client = HttpClient.newHttpClient();
        var basic = "Basic " + Base64.getEncoder().encodeToString("reader@example.onmicrosoft.com:demo".getBytes());
        var next = Pattern.compile("<link rel=\"next\" href=\"([^\"]+)\"");
        int rows = 0;
        for (var url = args[0] + "CsP2PAVTimeDaily"; url != null; ) {
            var answer = client.send(HttpRequest.newBuilder(URI.create(url)).header("Authorization", basic).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || answer.headers().firstValue("X-Rwsgate-Answer").isEmpty()) throw new Exception("status " + answer.statusCode() + " of " + url);
            rows += (int) Pattern.compile("<entry>").matcher(answer.body()).results().count();
            Matcher m = next.matcher(answer.body());
            url = m.find() ? m.group(1).replace("&amp;", "&") : null;
            if (url != null && !url.startsWith(args[0])) throw new Exception(url);
        }
        System.out.println(rows + " rows");
    }
}
