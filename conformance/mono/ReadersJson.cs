using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Runtime.Serialization;
using System.Text;
using System.Xml.Linq;

[DataContract] class LightRow { [DataMember] public string ID; [DataMember] public string Date; [DataMember] public string TotalAudioMinutes; }
[DataContract] class LightPage {
    [DataMember(Name = "odata.metadata")] public string Metadata;
    [DataMember(Name = "odata.count")] public string Count;
    [DataMember(Name = "odata.nextLink")] public string Next;
    [DataMember] public List<LightRow> value;
}
[DataContract] class JsonMessage { [DataMember] public string lang; [DataMember] public string value; }
[DataContract] class JsonErrorBody { [DataMember] public string code; [DataMember] public JsonMessage message; }
[DataContract] class JsonError { [DataMember] public JsonErrorBody error; }
[DataContract] class JsonFault { [DataMember] public string ErrorCode; [DataMember] public string Message; }

static partial class Readers {
    static void JsonShapes() {
        var list = Gateway.Json<JsonList>(gateway.Get(Newest + "&$format=Json", Gateway.VerboseJson)).d;
        Checks.Same(newest, list.Select(r => r.Row()), "d is the list where $top fits a page");
        Checks.True(list.All(r => r.Date.Kind == DateTimeKind.Utc), "dates are of kind Utc");
        Checks.Equal("1.0;", Header(Newest + "&$format=Json", "DataServiceVersion"), "version of the list");
        var page = Gateway.Json<JsonResults>(gateway.Get(Newest + "&$inlinecount=allpages&$format=JSON", Gateway.VerboseJson, "application/atom+xml")).d;
        Checks.Same(newest, page.results.Select(r => r.Row()), "d.results where there is a count");
        Checks.Equal(gateway.Rows("CsP2PAVTimeDaily").Count.ToString(), page.__count, "__count");
        Checks.Equal("2.0;", Header(Newest + "&$inlinecount=allpages&$format=json", "DataServiceVersion"), "version with a count");
        Checks.Equal(0, Gateway.Json<JsonList>(gateway.Get("CsP2PAVTimeDaily?$top=0&$format=json", Gateway.VerboseJson)).d.Count, "rows of $top=0");
    }

    static void LightJson() {
        const string light = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";
        var dates = new List<string>();
        var audio = 0L;
        var total = gateway.Rows("CsP2PAVTimeDaily");
        for (var path = "CsP2PAVTimeDaily?$inlinecount=allpages"; path != null; ) {
            var page = Gateway.Json<LightPage>(gateway.Get(path, light, "application/json"));
            Checks.Contains(page.Metadata, "/ecp/ReportingWebService/Reporting.svc/$metadata#CsP2PAVTimeDaily", "odata.metadata");
            Checks.Equal(total.Count.ToString(), page.Count, "odata.count");
            dates.AddRange(page.value.Select(r => r.Date));
            audio += page.value.Sum(r => long.Parse(r.TotalAudioMinutes));
            // The link may be relative to odata.metadata, whose path has capitals; what it leads to has the request's letters.
            var next = page.Next == null ? null : new Uri(new Uri(page.Metadata), page.Next).AbsoluteUri;
            Checks.True(next == null || next.StartsWith(gateway.Root), "next link below the root: " + next);
            path = next == null ? null : next.Substring(gateway.Root.Length);
        }
        Checks.Same(total.Select(r => r.Date.ToString("s")), dates, "dates of all pages");
        Checks.Equal(total.Sum(r => r.Audio), (long?)audio, "minutes of all pages");
        Checks.Equal("3.0;", Header("CsP2PAVTimeDaily", "DataServiceVersion", "application/json"), "version");
    }

    static void ByWebClient() {
        var web = new WebClient { Credentials = Gateway.Reader(), Encoding = Encoding.UTF8 };
        var text = web.DownloadString(gateway.Root + Newest);
        Checks.True(text.StartsWith("<?xml version=\"1.0\" encoding=\"utf-8\"?><feed "), "no byte order mark before the prolog");
        Checks.Same(newest, XDocument.Parse(text).Descendants(m + "properties").Select(Read), "rows");
        Checks.Equal("2013-V1", web.ResponseHeaders["X-RWS-Version"], "X-RWS-Version");
        Checks.Equal(gateway.Rows("CsP2PAVTimeDaily").Count.ToString(), web.DownloadString(gateway.Root + "CsP2PAVTimeDaily/$count"), "count, nothing around it");
    }

    static void ByWebException() {
        string body;
        var unknown = Failure(gateway.Request("CsP2PAVTimeDialy"), out body);
        Checks.Equal(HttpStatusCode.NotFound, unknown.StatusCode, "unknown report");
        Checks.Equal("application/xml;charset=utf-8", unknown.ContentType, "its type");
        Checks.Equal("Resource not found for the segment 'CsP2PAVTimeDialy'.", XElement.Parse(body).Element(m + "message").Value, "its message");
        Failure(gateway.Request("CsP2PAVTimeDialy?$format=json"), out body);
        Checks.Equal("Resource not found for the segment 'CsP2PAVTimeDialy'.", Gateway.Json<JsonError>(Bytes(body)).error.message.value, "message in JSON");
        var fault = Failure(gateway.Request("CsP2PAVTimeDaily?$orderby='Date'&$format=json"), out body);
        Checks.Equal(HttpStatusCode.BadRequest, fault.StatusCode, "quoted $orderby");
        Checks.Equal("application/json; charset=utf-8", fault.ContentType, "type of a fault");
        Checks.Equal("Single quotation marks is not supported in $orderby.", Gateway.Json<JsonFault>(Bytes(body)).Message, "message of a fault");
        Checks.Equal(HttpStatusCode.UnsupportedMediaType, Failure(gateway.Request("CsP2PAVTimeDaily", "application/xml"), out body).StatusCode, "a feed as application/xml");
        Checks.Equal(HttpStatusCode.BadRequest, Failure(gateway.Request("CsP2PAVTimeDaily", null, "Mars"), out body).StatusCode, "unknown zone");
        Checks.Contains(body, "'Mars'", "the zone's name in the answer");
    }

    static System.IO.Stream Bytes(string s) { return new System.IO.MemoryStream(Encoding.UTF8.GetBytes(s)); }

    static void Passwords() {
        string body;
        var before = CountedBasic.Challenges;
        gateway.Get("", "application/xml;charset=utf-8");
        Checks.Equal(gateway.Asks ? 1 : 0, CountedBasic.Challenges - before, "challenges");
        var anonymous = gateway.Request("$metadata");
        anonymous.Credentials = null;
        if (!gateway.Asks) {
            anonymous.GetResponse().Close();
            return;
        }
        var refused = Failure(anonymous, out body);
        Checks.Equal(HttpStatusCode.Unauthorized, refused.StatusCode, "no password");
        Checks.True(refused.Headers["WWW-Authenticate"].StartsWith("Basic "), "challenge: " + refused.Headers["WWW-Authenticate"]);
        Checks.Contains(refused.ContentType, "text/html", "type of the page");
        var wrong = gateway.Request("$metadata");
        wrong.Credentials = new NetworkCredential(Gateway.User, "wrong");
        Checks.Equal(HttpStatusCode.Unauthorized, Failure(wrong, out body).StatusCode, "wrong password");
    }
}
