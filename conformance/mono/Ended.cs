// The WCF Data Services client of .NET 4.0, XmlDocument and DataContractJsonSerializer against a gateway whose rollout goes on.
//   mono Ended.exe ROOT/ announce|brownout|retired
using System;
using System.Data.Services.Client;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Xml;
using System.Xml.Linq;
using TenantReporting;

[DataContract] class Text { [DataMember] public string lang, value; }
[DataContract] class Said { [DataMember] public string code; [DataMember] public Text message; }
[DataContract] class VerboseError { [DataMember] public Said error; }
[DataContract] class LightError { [DataMember(Name = "odata.error")] public Said error; }

static class Ended {
    static readonly XNamespace metadata = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
    const string Link = "https://learn.microsoft.com/graph/api/reportroot-getskypeforbusinesspeertopeeractivityminutecounts";
    static Gateway gateway;
    static bool served;
    static int status;
    static string code, says;

    static int Main(string[] args) {
        gateway = new Gateway(args[0], "password");
        served = args[1] == "announce";
        status = args[1] == "retired" ? 410 : 503;
        code = args[1] == "retired" ? "ServiceDeprecatedRetired" : "ServiceDeprecatedBrownout";
        says = args[1] == "retired" ? "is retired" : "until 2026-11-23 21:00 +00:00 (UTC)";
        foreach (var report in Gateway.Reports) Checks.Group("data services client, " + report, () => Client(report));
        Checks.Group("data services client, a key", () => Client("CsP2PAVTimeDaily(datetime'2026-11-10T00:00:00')"));
        Checks.Group("XmlDocument", Xml);
        Checks.Group("verbose JSON", () => Json<VerboseError>("CsP2PAVTimeDaily?$format=json", null, e => e.error));
        Checks.Group("light JSON", () => Json<LightError>("CsP2PAVTimeDaily", "application/json", e => e.error));
        Checks.Group("service document", () => Document(""));
        Checks.Group("$metadata", () => Document("$metadata"));
        return Checks.Finish();
    }

    /// The client's own error holds status and document.
    static void Client(string path) {
        var context = new DataServiceContext(new Uri(gateway.Root)) { Credentials = Gateway.Reader() };
        Action ask = () => Checks.True(context.Execute<CsP2PAVTimeReport>(new Uri(path, UriKind.Relative)).ToList().Count > 0, "rows");
        if (served) {
            ask();
            return;
        }
        var e = Checks.Throws<DataServiceQueryException>(ask, path);
        var inner = (DataServiceClientException)e.InnerException;
        Checks.Equal(status, inner.StatusCode, "status");
        Checks.Equal(status == 410 ? null : "75600", e.Response.Headers.ContainsKey("Retry-After") ? e.Response.Headers["Retry-After"] : null, "Retry-After");
        var document = XElement.Parse(inner.Message);
        Checks.Equal(code, (string)document.Element(metadata + "code"), "code");
        Message((string)document.Element(metadata + "message"));
    }

    static void Message(string text) {
        Checks.Contains(text, says, "message");
        Checks.Contains(text, Link, "message");
    }

    /// Asks as WebClient does: the error is a WebException with the answer in it.
    static HttpWebResponse Ask(string path, string accept = null) {
        HttpWebResponse response;
        try {
            response = (HttpWebResponse)gateway.Request(path, accept).GetResponse();
        } catch (WebException e) {
            response = (HttpWebResponse)e.Response;
        }
        Checks.Equal(served ? 200 : status, (int)response.StatusCode, "status of " + path);
        Checks.Equal("@1517184000", response.Headers["Deprecation"], "Deprecation");
        Checks.Equal(new DateTime(2027, 6, 30), DateTime.ParseExact(response.Headers["Sunset"], "r", System.Globalization.CultureInfo.InvariantCulture), "Sunset");
        foreach (var relation in new[] { "deprecation", "sunset", "successor-version" }) Checks.Contains(response.Headers["Link"], "<" + Link + ">; rel=\"" + relation + "\"", "Link");
        return response;
    }

    static void Document(string path) {
        using (var response = Ask(path)) {
            var document = new XmlDocument();
            document.Load(response.GetResponseStream());
            if (served) return;
            Checks.Equal(metadata + "error", (XNamespace)document.DocumentElement.NamespaceURI + document.DocumentElement.LocalName, "root");
            Checks.Equal(code, document.DocumentElement["m:code"].InnerText, "code");
            Message(document.DocumentElement["m:message"].InnerText);
        }
    }

    static void Xml() { foreach (var report in Gateway.Reports) Document(report + "?$top=1"); }

    static void Json<T>(string path, string accept, Func<T, Said> error) {
        using (var response = Ask(path, accept)) {
            if (served) return;
            var said = error((T)new DataContractJsonSerializer(typeof(T)).ReadObject(response.GetResponseStream()));
            Checks.Equal(code, said.code, "code");
            Message(said.message.value);
        }
    }
}
